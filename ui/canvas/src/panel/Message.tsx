// How the message will look on each messenger's phone while it is written, with what each of them takes.

import { useState } from "react"

import { useAround } from "../around"
import { Icon } from "../icon"
import { lengthIn, marked, pieces, saidOn, shapeOn, type ButtonIn, withMessage } from "../preview"
import type { Field } from "../schema"
import type { Limits, Problem, Settings, Step } from "../types"
import { Form } from "./Form"

export interface MessageProps {
  settings: Settings
  change: (next: Settings, what: string) => void
  step: Step
  fields: Field[]
  problems: Problem[]
}

export function Message({ settings, change, step, fields, problems }: MessageProps) {
  const { data, t } = useAround()
  const chosen = [settings.channel].flat().filter((one): one is string => typeof one === "string" && one !== "auto")
  const shown = data.facts.messengers.filter((one) => !chosen.length || chosen.includes(one.channel))
  const [picked, setPicked] = useState("")
  const here = shown.find((one) => one.channel === picked) ?? shown[0]
  if (!here) return null
  return (
    <section className="preview" aria-label={t("Preview")}>
      <div className="tabs" role="tablist" aria-label={t("Messenger")}>
        {shown.map((one) => (
          <button key={one.channel} type="button" role="tab" aria-selected={one === here} onClick={() => setPicked(one.channel)}>
            {one.title}
            {channelsOf(settings.variants).includes(one.channel) && <Icon name="edit" />}
            {problems.some((each) => each.text.startsWith(one.title)) && <i className="dot" aria-hidden="true" />}
          </button>
        ))}
      </div>
      <Phone limits={here} settings={saidOn(settings, here.channel)} />
      <Counter limits={here} settings={saidOn(settings, here.channel)} />
      <Variant key={here.channel} limits={here} {...{ settings, change, step, fields, problems }} />
      <ul className="remarks">
        {problems.filter((one) => one.text.startsWith(here.title)).map((one, number) => (
          <li key={number} className={one.level}><Icon name={one.level === "error" ? "error" : "info"} />{one.text}</li>
        ))}
      </ul>
    </section>
  )
}

const channelsOf = (variants: unknown): string[] => (variants && typeof variants === "object" ? Object.keys(variants) : [])

/** What differs on one messenger; what is left empty there stays as it is for all. */
function Variant({ limits, settings, change, step, fields, problems }: MessageProps & { limits: Limits }) {
  const { t } = useAround()
  const field = fields.find((one) => one.name === "variants")
  if (!field) return null
  const all = (settings.variants ?? {}) as Record<string, Settings>
  const own = all[limits.channel]
  const put = (next: Settings | undefined, what = "") => {
    const { [limits.channel]: _old, ...others } = all
    const variants = next ? { ...others, [limits.channel]: next } : others
    const { variants: _all, ...rest } = settings
    change(Object.keys(variants).length ? { ...rest, variants } : rest, what || "variants")
  }
  if (!own)
    return (
      <button type="button" className="add" data-testid={`differ-${limits.channel}`} onClick={() => put({ text: String(settings.text ?? "") })}>
        <Icon name="alt_route" />{t("Say it differently on {messenger}", { messenger: limits.title })}
      </button>
    )
  return (
    <div className="box" data-testid={`variant-${limits.channel}`}>
      <div className="tools">
        <b>{t("Only on {messenger}", { messenger: limits.title })}</b>
        <button type="button" className="plain small" title={t("As for all messengers")} aria-label={t("As for all messengers")} onClick={() => put(undefined)}><Icon name="close" /></button>
      </div>
      <Form fields={field.fields} meanings={[]} front={null} value={own} change={put} step={step} problems={problems} path={`variants.${limits.channel}`} />
    </div>
  )
}

/** Messages kept on the page Templates: one of them in place of what the step says. */
export function Kept({ settings, change, fields }: Pick<MessageProps, "settings" | "change" | "fields">) {
  const { data, t } = useAround()
  if (!data.facts.templates?.length) return null
  const put = (id: string) => {
    const found = data.facts.templates.find((one) => one.id === id)
    if (found) change(withMessage(settings, found.message, fields.map((one) => one.name)), "kept")
  }
  return (
    <label className="field">
      <span>{t("Take a kept message")}</span>
      <select value="" data-testid="kept" onChange={(event) => put(event.target.value)}>
        <option value="">{t("Choose a message")}</option>
        {data.facts.templates.map((one) => <option key={one.id} value={one.id}>{one.name || one.id}</option>)}
      </select>
    </label>
  )
}

function Counter({ limits, settings }: { limits: Limits; settings: Settings }) {
  const { data, t } = useAround()
  const most = settings.media ? limits.caption || limits.text : limits.text
  const length = lengthIn(marked(settings), limits)
  const number = new Intl.NumberFormat(data.language)
  return (
    <p className={length > most ? "counter over" : "counter"}>
      {t("{n} of {most} characters", { n: number.format(length), most: number.format(most) })}
      {limits.window_hours !== null && <span> · {t("free text within {n} h after their last message", { n: limits.window_hours })}</span>}
    </p>
  )
}

function Phone({ limits, settings }: { limits: Limits; settings: Settings }) {
  const { t } = useAround()
  const media = settings.media && typeof settings.media === "object" && !Array.isArray(settings.media) ? settings.media : null
  const buttons = (Array.isArray(settings.buttons) ? settings.buttons : []) as unknown as ButtonIn[]
  const { inline, listed } = shapeOn(limits, buttons)
  const text = marked(settings)
  return (
    <div className={`phone ${limits.channel}`} data-testid={`phone-${limits.channel}`}>
      <div className="bubble">
        {media && <span className={`media ${String(media.kind ?? "image")}`}><Icon name={({ video: "movie", audio: "music_note", document: "description" } as Record<string, string>)[String(media.kind)] ?? "image"} />{String(media.filename ?? "") || String(media.url ?? "").split("/").pop()}</span>}
        {text || media ? pieces(text).map((one, number) => (one.hole ? <mark key={number}>{one.text}</mark> : <span key={number}>{one.text}</span>)) : <i>{t("Your text will be here")}</i>}
      </div>
      {listed.length > 0 && <div className="keys"><span className="list-button"><Icon name="list" />{t("Choose")}</span><ul>{listed.map((one) => <li key={one.id}>{one.title || "…"}</li>)}</ul></div>}
      {inline.length > 0 && <div className="keys">{inline.map((one) => <span key={one.id}>{one.title || "…"}{one.url ? " ↗" : one.copy ? " ⧉" : ""}</span>)}</div>}
    </div>
  )
}
