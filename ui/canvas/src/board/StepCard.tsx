// The card of a step: what it is, what it says, its ways out as labelled handles, its problems and counts.

import { Handle, Position, useUpdateNodeInternals, type NodeProps } from "@xyflow/react"
import { memo, useEffect, useRef } from "react"

import { useWords } from "../around"
import { Icon } from "../icon"
import type { StepNode } from "./flow"
import { useOnWay, useOpen } from "./open"

export const BUTTON_HANDLE = "button:"

export const StepCard = memo(function StepCard({ id, data, selected }: NodeProps<StepNode>) {
  const { t } = useWords()
  const onWay = useOnWay(id)
  const { kind, exits, buttons, problems, count, readOnly } = data
  const worst = problems.some((one) => one.level === "error") ? "error" : problems.length ? "warning" : ""
  useMovedHandles(id, [...buttons.map((one) => one.id + one.led), ...exits.map((one) => one.name)].join(" "))
  return (
    <div
      className={`step ${worst}`}
      style={{ "--accent": kind?.accent ?? "#64748b" } as React.CSSProperties}
      data-testid={`step-${id}`}
      data-chosen={selected}
      data-on-way={onWay || undefined}
      data-title={data.title}
    >
      <Handle type="target" position={Position.Left} isConnectableStart={false} className="way-in" />
      <header>
        <span className="badge"><Icon name={kind?.icon ?? "extension"} /></span>
        <span className="title">{data.title}</span>
        {data.first && <span className="first">{t("start")}</span>}
        {worst && <Worst id={id} worst={worst} text={problems[0].text} more={problems.length - 1} />}
      </header>
      {data.sentence && <p className="sentence">{data.sentence}</p>}
      {count && <Counts entered={count.entered ?? 0} inside={count.inside ?? 0} />}
      {buttons.length > 0 && (
        <ul className="buttons">
          {buttons.map((one) => (
            <li key={one.id} data-led={one.led}>
              {one.title}
              {!one.led && !readOnly && (
                <Handle type="source" position={Position.Right} id={BUTTON_HANDLE + one.id} title={t("Drag to lead this button on")} />
              )}
            </li>
          ))}
        </ul>
      )}
      <ul className="exits">
        {exits.map((one) => (
          <Exit key={one.name} id={id} exit={one} readOnly={readOnly} />
        ))}
      </ul>
    </div>
  )
})

function Exit({ id, exit, readOnly }: { id: string; exit: StepNode["data"]["exits"][number]; readOnly: boolean }) {
  const { t, short } = useWords()
  const open = useOpen()
  return (
    <li data-led={exit.led} data-problem={exit.problem || exit.stale} data-testid={`exit-${id}-${exit.name}`}>
      {exit.count !== null && <b className="count">{short(exit.count)}</b>}
      <span className="name">{exit.label}</span>
      <Handle type="source" position={Position.Right} id={exit.name} isConnectable={!readOnly} />
      {!exit.led && !readOnly && (
        <button
          type="button"
          className="plus nodrag nopan"
          tabIndex={-1}
          aria-label={t("Add a step after “{exit}”", { exit: exit.label })}
          onClick={(event) => {
            event.stopPropagation()
            open.quickAdd({ after: { id, exit: exit.name } }, event.currentTarget)
          }}
        >
          +
        </button>
      )}
    </li>
  )
}

function Worst({ id, worst, text, more }: { id: string; worst: string; text: string; more: number }) {
  return (
    <span className={`mark ${worst}`} role="alert" title={more > 0 ? `${text} (+${more})` : text} data-testid={`problem-${id}`}>
      <Icon name={worst === "error" ? "error" : "warning"} />
      <span className="unseen">{text}</span>
    </span>
  )
}

function Counts({ entered, inside }: { entered: number; inside: number }) {
  const { t, short } = useWords()
  return (
    <p className="counts">
      <span>{t("{n} entered", { n: short(entered) })}</span>
      {inside > 0 && <b>{t("{n} inside", { n: short(inside) })}</b>}
    </p>
  )
}

/** React Flow is told when handles moved, but not on the first drawing: with many steps that costs seconds. */
function useMovedHandles(id: string, shape: string): void {
  const update = useUpdateNodeInternals()
  const seen = useRef(shape)
  useEffect(() => {
    if (seen.current === shape) return
    seen.current = shape
    update(id)
  }, [shape])
}
