// What holds other settings: rows, groups, names with values, and JSON for those who know.

import { useId, useState } from "react"

import { useAround } from "../around"
import { Icon } from "../icon"
import { blank, type Field } from "../schema"
import type { Json, Settings } from "../types"
import { Labelled, type DrawProps } from "./fields"
import { Form } from "./Form"
import { ButtonBranches } from "./Branches"
import { DurationInput } from "./times"

/** A list of objects, each in a box; they are moved, copied and taken away. */
export function Rows({ field, value, put, step, problems, path }: DrawProps) {
  const { t } = useAround()
  // One object in place of a list means a list of one.
  const rows = (Array.isArray(value) ? value : value && typeof value === "object" ? [value] : []) as Settings[]
  const set = (next: Settings[], what = "") => put(next.length || field.required ? next : undefined, what)
  const full = field.most !== null && rows.length >= field.most
  const move = (place: number, by: number) => {
    const next = [...rows]
    const [one] = next.splice(place, 1)
    next.splice(place + by, 0, one)
    set(next)
  }
  return (
    <fieldset className="rows" data-testid={`rows-${path}`}>
      <legend>{field.title}</legend>
      {field.help && <small>{field.help}</small>}
      {rows.map((row, place) => (
        <div key={place} className={isLine(field, row) ? "box line" : "box"}>
          <div className="tools">
            <b>{place + 1}</b>
            <Small icon="arrow_upward" label={t("Move up")} off={place === 0} run={() => move(place, -1)} />
            <Small icon="arrow_downward" label={t("Move down")} off={place === rows.length - 1} run={() => move(place, 1)} />
            <Small icon="close" label={t("Remove")} off={rows.length <= field.least} run={() => set(rows.filter((_one, each) => each !== place))} />
          </div>
          <Form
            fields={field.fields}
            meanings={field.meanings}
            front={frontOf(field, row)}
            value={row}
            change={(next, what) => set(rows.map((one, each) => (each === place ? next : one)), what)}
            step={step}
            problems={problems}
            path={`${path}.${place}`}
          />
        </div>
      ))}
      <div className="adds">
        <button type="button" className="add" disabled={full} onClick={() => set([...rows, begin(field, rows)])} data-testid={`add-${path}`}>
          <Icon name="add" />{t("Add")}
        </button>
        {step && field.fields.some((one) => one.name === "buttons") && <ButtonBranches step={step} rows={rows} put={(next) => set(next)} />}
      </div>
    </fieldset>
  )
}

function begin(field: Field, rows: Settings[]): Settings {
  return field.meanings.length ? structuredClone(field.meanings[0].begins) : blank(field.fields, rows)
}

/** Rows that one text says it all of stand on one line: buttons by their titles. */
const isLine = (field: Field, row: Settings): boolean => {
  const front = frontOf(field, row)
  return front?.length === 1 && field.fields.some((one) => one.name === front[0] && one.shape === "text")
}

/** Of a row: what is required, has a value, or is what such rows are for; the rest waits under «More settings». */
function frontOf(field: Field, row: Settings): string[] | null {
  if (field.meanings.length) return field.fields.map((one) => one.name)
  if (field.fields.length <= 3) return null
  const named = field.fields.some((one) => one.name === "title" || one.name === "text")
  const always = new Set(["buttons", "keywords", "weight", "type", "options", "rule"])
  const choice = !("options" in row) && typeof row.type === "string" && !["choice", "multiple"].includes(row.type)
  const bounded = field.fields.some((one) => one.name === "options") ? ["number", "scale"] : ["number", "text"]
  const typed = (one: Field) => one.name !== "type" || one.default !== null || Boolean(row.type)
  return field.fields
    .filter((one) => typed(one))
    .filter((one) => (one.required && !(named && one.name === "id")) || (always.has(one.name) && !(one.name === "options" && choice)) || (["min", "max"].includes(one.name) && bounded.includes(String(row.type))))
    .map((one) => one.name)
}

export function Small({ icon, label, run, off = false }: { icon: string; label: string; run: () => void; off?: boolean }) {
  return <button type="button" className="plain small" aria-label={label} title={label} disabled={off} onClick={run}><Icon name={icon} /></button>
}

/** An object inside the object; one that may be missing has a switch. */
export function Group({ field, value, put, step, problems, path }: DrawProps) {
  const inner = value as Settings | null
  const form = inner && (
    <div className="box">
      <Form fields={field.fields} meanings={field.meanings} front={null} value={inner} change={(next, what) => put(next, what)} step={step} problems={problems} path={path} />
    </div>
  )
  if (!field.nullable)
    return <fieldset className="rows"><legend>{field.title}</legend>{field.help && <small>{field.help}</small>}{form}</fieldset>
  return (
    <div className="rows">
      <label className="flag">
        <input type="checkbox" role="switch" checked={inner !== null} onChange={(event) => put(event.target.checked ? blank(field.fields) : undefined)} />
        <span>{field.title}{field.help && <small>{field.help}</small>}</span>
      </label>
      {form}
    </div>
  )
}

/** Objects by name, as an approved template per messenger. */
export function MapOf({ field, value, put, step, problems, path }: DrawProps) {
  const { data, t } = useAround()
  const entries = Object.entries((value ?? {}) as Record<string, Settings>)
  const free = data.facts.messengers.filter((one) => !entries.some(([name]) => name === one.channel))
  const titles = new Map(data.facts.messengers.map((one) => [one.channel, one.title]))
  const set = (next: [string, Settings][], what = "") => put(next.length ? Object.fromEntries(next) : undefined, what)
  return (
    <fieldset className="rows">
      <legend>{field.title}</legend>
      {field.help && <small>{field.help}</small>}
      {entries.map(([name, one]) => (
        <div key={name} className="box">
          <div className="tools"><b>{titles.get(name) ?? name}</b><Small icon="close" label={t("Remove")} run={() => set(entries.filter(([each]) => each !== name))} /></div>
          <Form
            fields={field.fields} meanings={[]} front={null} value={one} step={step} problems={problems} path={`${path}.${name}`}
            change={(next, what) => set(entries.map(([each, old]) => [each, each === name ? next : old]), what)}
          />
        </div>
      ))}
      <div className="offers">
        {free.map((one) => <button key={one.channel} type="button" onClick={() => set([...entries, [one.channel, blank(field.fields)]])}>+ {one.title}</button>)}
      </div>
    </fieldset>
  )
}

/** A value as a person types it: text that looks like a number is quoted, so that it stays text. */
export function asText(value: Json | undefined): string {
  if (value === undefined || value === null) return ""
  if (typeof value === "string") return asValue(value) === value ? value : JSON.stringify(value)
  return JSON.stringify(value)
}

/** What was meant: 12 is a number, true is yes, "12" in quotes is text, everything else is text. */
export function asValue(typed: string): Json {
  try {
    return JSON.parse(typed) as Json
  } catch {
    return typed
  }
}

/** Names and values, a row each; numbers, yes and no keep their type. */
export function Pairs({ field, value, put }: DrawProps) {
  const { data, t } = useAround()
  const list = useId()
  const given = Object.entries((value ?? {}) as Settings)
  const [fresh, setFresh] = useState("")
  const set = (next: [string, Json][], what = "") => put(next.length ? Object.fromEntries(next) : undefined, what)
  const add = () => {
    const name = fresh.trim()
    if (name && !given.some(([each]) => each === name)) set([...given, [name, ""]])
    setFresh("")
  }
  return (
    <fieldset className="rows">
      <legend>{field.title}</legend>
      {field.help && <small>{field.help}</small>}
      {given.map(([name, one]) => (
        <div key={name} className="pair">
          <b title={name}>{name}</b>
          <PairValue value={one} label={name} put={(next) => set(given.map(([each, old]) => [each, each === name ? next : old]), `${field.name}.${name}`)} />
          <Small icon="close" label={t("Remove")} run={() => set(given.filter(([each]) => each !== name))} />
        </div>
      ))}
      <div className="pair">
        <input list={list} value={fresh} placeholder={t("New name")} aria-label={t("New name")} onChange={(event) => setFresh(event.target.value)} onKeyDown={(event) => event.key === "Enter" && add()} onBlur={add} />
        <datalist id={list}>{data.facts.attributes.map((one) => <option key={one.name} value={one.name} />)}</datalist>
      </div>
    </fieldset>
  )
}

function PairValue({ value, put, label }: { value: Json; put: (next: Json) => void; label: string }) {
  const [typed, setTyped] = useState<string | null>(null)
  return (
    <input
      aria-label={label}
      value={typed ?? asText(value)}
      onChange={(event) => { setTyped(event.target.value); put(asValue(event.target.value)) }}
      onBlur={() => setTyped(null)}
    />
  )
}

/** What happens when the wake-up comes late; skipping has a length of its own. */
export function Late({ field, value, put }: DrawProps) {
  const { t } = useAround()
  const id = useId()
  const skip = value && typeof value === "object" && !Array.isArray(value) ? value : null
  return (
    <Labelled field={field} id={id}>
      <select id={id} value={skip ? "skip" : String(value ?? "run")} onChange={(event) => put(event.target.value === "skip" ? { skip_if_later_than: "PT1H" } : event.target.value)}>
        <option value="run">{t("Go on at once")}</option>
        <option value="next_window">{t("Wait for the next time")}</option>
        <option value="skip">{t("Take the exit “too late” after")}</option>
      </select>
      {skip && <DurationInput value={skip.skip_if_later_than ?? null} put={(next) => put({ skip_if_later_than: next ?? "PT1H" })} nullable={false} label={t("Skip if later than")} />}
    </Labelled>
  )
}

/** Whatever has no form of its own, as JSON; a text that is not JSON changes nothing. */
export function Raw({ field, value, put }: DrawProps) {
  const { t } = useAround()
  const id = useId()
  const [typed, setTyped] = useState<string | null>(null)
  const shown = typed ?? (value === null || value === undefined ? "" : JSON.stringify(value, null, 2))
  let wrong = false
  try {
    if (typed?.trim()) JSON.parse(typed)
  } catch {
    wrong = true
  }
  const done = () => {
    if (typed !== null && !wrong) put(typed.trim() ? (JSON.parse(typed) as Json) : undefined)
    if (!wrong) setTyped(null)
  }
  return (
    <Labelled field={field} id={id}>
      <textarea id={id} className="code" rows={5} value={shown} spellCheck={false} aria-invalid={wrong} onChange={(event) => setTyped(event.target.value)} onBlur={done} />
      {wrong && <small className="bad" role="alert">{t("This is not JSON yet.")}</small>}
    </Labelled>
  )
}
