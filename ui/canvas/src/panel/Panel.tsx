// The panel beside the board: the form of the chosen step with what comes next, or of the journey itself.

import { memo } from "react"

import { useAround, useJourney } from "../around"
import * as deeds from "../deeds"
import { setStep } from "../document"
import { Icon } from "../icon"
import { fieldsOf, meaningsOf } from "../schema"
import type { Problem, Settings, Step } from "../types"
import { Form } from "./Form"
import { Kept, Message } from "./Message"
import { Next } from "./Next"
import { Tried } from "./Tried"

export const Panel = memo(function Panel({ step, choose, onClose }: {
  step: Step | undefined
  choose: (ids: Iterable<string>, show?: boolean) => void
  onClose: () => void
}) {
  const { t } = useAround()
  return (
    <aside className="panel" aria-label={step ? t("The step's settings") : t("Journey settings")} data-testid="panel">
      {step ? <StepPanel step={step} choose={choose} onClose={onClose} /> : <JourneyPanel onClose={onClose} />}
    </aside>
  )
})

function Head({ icon, accent, title, onClose }: { icon: string; accent?: string; title: string; onClose: () => void }) {
  const { t } = useAround()
  return (
    <header style={{ "--accent": accent } as React.CSSProperties}>
      <span className="badge"><Icon name={icon} /></span>
      <h2>{title}</h2>
      <button type="button" className="plain" aria-label={t("Close")} title={t("Close")} onClick={onClose}><Icon name="close" /></button>
    </header>
  )
}

function StepPanel({ step, choose, onClose }: { step: Step; choose: (ids: Iterable<string>, show?: boolean) => void; onClose: () => void }) {
  const around = useAround()
  const { kinds, desk, data, t } = around
  const kind = kinds.get(step.kind)
  const problems = data.problems.filter((one) => one.node === step.id)
  const settings = step.settings ?? {}
  if (!kind) return <><Head icon="extension" title={step.kind} onClose={onClose} /><p className="about">{t("This kind of step is not installed here.")}</p></>
  const fields = fieldsOf(kind.schema)
  const change = (next: Settings, what: string) => deeds.setSettings(around, step, next, what)
  const talks = fields.some((one) => one.name === "text" && one.shape === "longtext") && fields.some((one) => one.shape === "channels")
  const hears = fields.some((one) => one.name === "branches" && one.fields.some((each) => each.name === "keywords"))
  return (
    <>
      <Head icon={kind.icon} accent={kind.accent} title={kind.title} onClose={onClose} />
      <div className="scroll">
        <p className="about">{kind.about}</p>
        <Wrong problems={problems.filter((one) => !one.path)} />
        <label className="field">
          <span>{t("Title")}</span>
          <input
            value={step.title ?? ""}
            maxLength={80}
            placeholder={kind.title}
            onChange={(event) => desk.commit(setStep(desk.journey, step.id, { title: event.target.value }), `${step.id} title`)}
          />
        </label>
        {talks && <Kept settings={settings} change={change} fields={fields} />}
        <Form fields={talks ? fields.filter((one) => one.name !== "variants") : fields} meanings={meaningsOf(kind.schema)} front={kind.front} value={settings} change={change} step={step} problems={problems} path="" />
        {talks && <Message settings={settings} change={change} step={step} fields={fields} problems={problems} />}
        {hears && <Tried step={step} />}
        <Next step={step} choose={choose} />
        <p className="id">{t("Id")}: <code>{step.id}</code></p>
      </div>
    </>
  )
}

function JourneyPanel({ onClose }: { onClose: () => void }) {
  const { desk, data, t, titleOf } = useAround()
  const journey = useJourney(desk)
  const problems = data.problems.filter((one) => !one.node)
  const fields = fieldsOf(data.journeySchema).map((one) => (
    one.name === "start" ? { ...one, shape: "choice" as const, choices: journey.nodes.map((step) => ({ name: step.id, title: titleOf(step) })) } : one
  ))
  return (
    <>
      <Head icon="tune" title={t("Journey settings")} onClose={onClose} />
      <div className="scroll">
        <Wrong problems={problems.filter((one) => !one.path)} />
        <Form
          fields={fields}
          meanings={[]}
          front={["name", "about", "entry", "reentry", "goal"]}
          value={journey.graph}
          change={(graph, what) => desk.commit({ ...desk.journey, graph }, `graph ${what}`)}
          step={null}
          problems={problems}
          path=""
        />
      </div>
    </>
  )
}

export function Wrong({ problems }: { problems: Problem[] }) {
  if (!problems.length) return null
  return (
    <ul className="wrong">
      {problems.map((one, number) => (
        <li key={number} className={one.level}><Icon name={one.level === "error" ? "error" : "warning"} /><span>{one.text} <small>{one.fix}</small></span></li>
      ))}
    </ul>
  )
}

