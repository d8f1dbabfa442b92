// What Python found wrong, in one list; a press shows the step.

import { useReactFlow } from "@xyflow/react"
import { useEffect, useRef, useState } from "react"

import { useAround, useJourney } from "../around"
import { stepOf } from "../document"
import { Icon } from "../icon"
import type { Problem } from "../types"
import { useOpen } from "./open"

export function Problems({ choose }: { choose: (ids: Iterable<string>, show?: boolean) => void }) {
  const { data, desk, t, titleOf } = useAround()
  const journey = useJourney(desk)
  const flow = useReactFlow()
  const { over } = useOpen()
  const [open, setOpen] = useState(false)
  const root = useRef<HTMLDivElement>(null)
  const opener = useRef<HTMLButtonElement>(null)
  useEffect(() => {
    if (!open) return
    const away = (event: Event) => !event.composedPath().includes(root.current!) && setOpen(false)
    addEventListener("pointerdown", away, true)
    return () => removeEventListener("pointerdown", away, true)
  }, [open])
  const show = (one: Problem) => {
    setOpen(false)
    const step = stepOf(journey, one.node)
    choose(step ? [step.id] : [], true)
    const way = one.way ?? []
    over.set({ way })
    if (way.length > 1) requestAnimationFrame(() => void flow.fitView({ nodes: way.map((id) => ({ id })), duration: 250, padding: 0.2, maxZoom: 1 }))
  }
  const errors = data.problems.filter((one) => one.level === "error").length
  if (!data.problems.length) return <span className="fine" role="status"><Icon name="check_circle" />{t("No problems")}</span>
  return (
    <div className="problems" ref={root} onKeyDown={(event) => {
      if (event.key !== "Escape" || !open) return
      // One press closes one thing: the list, not the panel too.
      event.stopPropagation()
      setOpen(false)
      opener.current?.focus()
    }}>
      <button ref={opener} type="button" aria-expanded={open} className={errors ? "error" : "warning"} onClick={() => setOpen(!open)} data-testid="problems">
        <Icon name={errors ? "error" : "warning"} />{t("Problems: {n}", { n: data.problems.length })}
      </button>
      {open && (
        <ul className="list" aria-label={t("Problems")}>
          {data.problems.map((one, number) => {
            const step = stepOf(journey, one.node)
            return (
              <li key={number}>
                <button type="button" className={`plain ${one.level}`} onClick={() => show(one)}>
                  <Icon name={one.level === "error" ? "error" : "warning"} />
                  <span><b>{step ? titleOf(step) : t("The journey")}</b> {one.text} <small>{one.fix}</small></span>
                </button>
              </li>
            )
          })}
        </ul>
      )}
    </div>
  )
}
