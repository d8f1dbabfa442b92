// How the message will look on each messenger's phone while it is written, with what each of them takes.

import { useState } from "react"

import { useAround } from "../around"
import { Icon } from "../icon"
import { lengthIn, pieces, shapeOn, type ButtonIn } from "../preview"
import type { Limits, Problem, Settings } from "../types"

export function Message({ settings, problems }: { settings: Settings; problems: Problem[] }) {
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
            {problems.some((each) => each.text.startsWith(one.title)) && <i className="dot" aria-hidden="true" />}
          </button>
        ))}
      </div>
      <Phone limits={here} settings={settings} />
      <Counter limits={here} settings={settings} />
      <ul className="remarks">
        {problems.filter((one) => one.text.startsWith(here.title)).map((one, number) => (
          <li key={number} className={one.level}><Icon name={one.level === "error" ? "error" : "info"} />{one.text}</li>
        ))}
      </ul>
    </section>
  )
}

function Counter({ limits, settings }: { limits: Limits; settings: Settings }) {
  const { data, t } = useAround()
  const most = settings.media ? limits.caption || limits.text : limits.text
  const length = lengthIn(String(settings.text ?? ""), limits)
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
  const text = String(settings.text ?? "")
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
