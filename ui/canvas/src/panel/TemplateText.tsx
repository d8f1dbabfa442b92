// A text that is said to contacts: with a picker that writes names of attributes where the cursor stands.

import { useEffect, useId, useRef, useState } from "react"

import { useAround, useJourney } from "../around"
import { Icon } from "../icon"
import type { Attribute } from "../types"
import type { DrawProps } from "./fields"

interface Variable {
  label: string
  text: string
  sample: string
}

/** What can be written into a text: attributes, properties of the entry event, answers, a coupon. */
function useVariables(): Variable[] {
  const { data, desk, t } = useAround()
  const journey = useJourney(desk)
  const safe = (path: string, one: Attribute) => (one.type === "number" ? `{{ ${path} }}` : `{{ ${path}|default("…") }}`)
  const named = (root: string, one: Attribute): Variable => {
    const path = /^[A-Za-z_]\w*$/.test(one.name) ? `${root}.${one.name}` : `${root}["${one.name}"]`
    return { label: `${root === "event" ? `${t("event")}: ` : ""}${one.name}`, text: safe(path, one), sample: one.samples.slice(0, 2).map(String).join(", ") }
  }
  const attributes = data.facts.attributes.length ? data.facts.attributes : [{ name: "first_name", type: "text", samples: [] }]
  const entries = [journey.graph.entry ?? []].flat() as any[]
  const properties = entries.flatMap((one) => data.facts.events.find((each) => each.name === one?.event)?.properties ?? [])
  const answers = journey.nodes.flatMap((one) => [
    ...((one.settings?.questions ?? []) as any[]).map((each) => String(each?.id ?? "")),
    ...(typeof one.settings?.save_as === "string" ? [one.settings.save_as] : []),
  ])
  const coupons = journey.nodes.some((one) => one.settings && "pool" in one.settings)
  return [
    ...attributes.map((one) => named("contact", one)),
    ...properties.map((one) => named("event", one)),
    ...answers.filter(Boolean).map((name) => ({ label: `${t("answer")}: ${name}`, text: `{{ answers.${name}|default("…") }}`, sample: "" })),
    ...(coupons ? [{ label: t("coupon code"), text: "{{ coupon }}", sample: "" }] : []),
  ]
}

/** Where the style sheet does it, nothing is measured at each letter. */
const GROWS_ITSELF = CSS.supports("field-sizing", "content")

export function TemplateText({ field, value, put }: DrawProps) {
  const { t } = useAround()
  const id = useId()
  const area = useRef<HTMLTextAreaElement>(null)
  const cursor = useRef<number | null>(null)
  const [open, setOpen] = useState(false)
  const text = String(value ?? "")
  const set = (next: string) => put(next === "" && !field.required ? undefined : next)
  useEffect(() => {
    const here = area.current
    if (!here) return
    if (!GROWS_ITSELF) {
      here.style.height = "auto"
      here.style.height = `${Math.min(Math.max(here.scrollHeight + 2, 76), 320)}px`
    }
    if (cursor.current !== null) {
      here.focus()
      here.setSelectionRange(cursor.current, cursor.current)
      cursor.current = null
    }
  }, [text])
  const insert = (piece: string) => {
    const here = area.current!
    const [from, to] = [here.selectionStart, here.selectionEnd]
    cursor.current = from + piece.length
    set(text.slice(0, from) + piece + text.slice(to))
    setOpen(false)
  }
  return (
    <div className="field template">
      <div className="head">
        <label htmlFor={id}>{field.title}{field.required && <i aria-hidden="true">*</i>}</label>
        <button type="button" className="plain small" aria-expanded={open} onClick={() => setOpen(!open)}><Icon name="data_object" />{t("Variable")}</button>
      </div>
      {open && <Variables onPick={insert} onClose={() => setOpen(false)} />}
      <textarea ref={area} id={id} value={text} maxLength={field.longest ?? undefined} onChange={(event) => set(event.target.value)} />
      {field.help && <small>{field.help}</small>}
    </div>
  )
}

function Variables({ onPick, onClose }: { onPick: (text: string) => void; onClose: () => void }) {
  const { t } = useAround()
  const [wanted, setWanted] = useState("")
  const found = useVariables().filter((one) => one.label.toLowerCase().includes(wanted.trim().toLowerCase()))
  return (
    <div className="variables" onKeyDown={(event) => { if (event.key === "Escape") { event.stopPropagation(); onClose() } }}>
      <input autoFocus value={wanted} placeholder={t("Find a variable")} aria-label={t("Find a variable")} onChange={(event) => setWanted(event.target.value)} onKeyDown={(event) => event.key === "Enter" && found[0] && onPick(found[0].text)} />
      <ul>
        {found.slice(0, 40).map((one) => (
          <li key={one.text}><button type="button" className="plain" onClick={() => onPick(one.text)}><b>{one.label}</b><small>{one.sample}</small></button></li>
        ))}
        {!found.length && <li className="nothing">{t("Nothing is called so.")}</li>}
      </ul>
    </div>
  )
}
