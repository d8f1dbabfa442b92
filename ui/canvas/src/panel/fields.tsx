// One widget per shape. Each takes a value and puts another; `undefined` takes the setting away.

import { useId, useState } from "react"

import { useAround } from "../around"
import type { Field } from "../schema"
import type { Facts, Json, Problem, Settings, Step } from "../types"
import { Words } from "./Words"
import { Group, Late, MapOf, Pairs, Raw, Rows } from "./lists"
import { RuleField, RulesField } from "./Rule"
import { TemplateText } from "./TemplateText"
import { Clock, Clocks, Duration, Instant, Patience } from "./times"

export interface DrawProps {
  field: Field
  value: Json
  put: (next: Json | undefined, what?: string) => void
  step: Step | null
  problems: Problem[]
  path: string
  /** The settings among which the field stands. */
  around: Settings
}

export function Draw(props: DrawProps) {
  const { field } = props
  const Widget = (HINTED[field.hint] ?? SHAPES[field.shape] ?? Raw) as (props: DrawProps) => React.ReactNode
  return <Widget {...props} />
}

/** A label over its control, with the hint below. */
export function Labelled({ field, children, id }: { field: Field; children: React.ReactNode; id: string }) {
  return (
    <div className="field">
      <label htmlFor={id}>{field.title}{field.required && <i aria-hidden="true">*</i>}</label>
      {children}
      {field.help && <small>{field.help}</small>}
    </div>
  )
}

const orNothing = (field: Field, text: string) => (text === "" && (field.nullable || !field.required) ? undefined : text)

/** Names that ways and answers hang on are taken over when they are written out, not letter by letter. */
const SETTLED = new Set(["id", "exit"])

function Text(props: DrawProps) {
  const { field, value, put } = props
  const id = useId()
  const settled = SETTLED.has(field.name)
  const [typed, setTyped] = useState<string | null>(null)
  const shown = typed ?? String(value ?? "")
  const done = () => {
    if (typed !== null && typed.trim() !== String(value ?? "")) put(orNothing(field, typed.trim()))
    setTyped(null)
  }
  return (
    <Labelled field={field} id={id}>
      <input
        id={id}
        value={shown}
        maxLength={field.longest ?? undefined}
        onChange={(event) => (settled ? setTyped(event.target.value) : put(orNothing(field, event.target.value)))}
        onBlur={settled ? done : undefined}
        onKeyDown={(event) => settled && event.key === "Enter" && done()}
      />
    </Labelled>
  )
}

/** Several lines for colleagues, not for contacts. */
function Prose({ field, value, put }: DrawProps) {
  const id = useId()
  return (
    <Labelled field={field} id={id}>
      <textarea id={id} rows={3} value={String(value ?? "")} maxLength={field.longest ?? undefined} onChange={(event) => put(orNothing(field, event.target.value))} />
    </Labelled>
  )
}

function Numeric({ field, value, put }: DrawProps) {
  const id = useId()
  const read = (text: string) => (text === "" ? (field.nullable ? undefined : null) : Number(text))
  return (
    <Labelled field={field} id={id}>
      <input
        id={id}
        type="number"
        value={value === null || value === undefined ? "" : String(value)}
        step={field.whole ? 1 : "any"}
        min={field.low ?? undefined}
        max={field.high ?? undefined}
        onChange={(event) => put(read(event.target.value) as Json | undefined)}
      />
    </Labelled>
  )
}

function Flag({ field, value, put }: DrawProps) {
  return (
    <label className="flag">
      <input type="checkbox" role="switch" checked={Boolean(value)} onChange={(event) => put(event.target.checked)} />
      <span>{field.title}{field.help && <small>{field.help}</small>}</span>
    </label>
  )
}

function Choice({ field, value, put }: DrawProps) {
  const { t } = useAround()
  const id = useId()
  const known = field.choices.some((one) => one.name === value)
  return (
    <Labelled field={field} id={id}>
      <select id={id} value={String(value ?? "")} onChange={(event) => put(event.target.value === "" ? undefined : event.target.value)}>
        {(field.nullable || value === null) && <option value="">{t("Not set")}</option>}
        {field.choices.map((one) => <option key={one.name} value={one.name}>{one.title}</option>)}
        {!known && value !== null && value !== undefined && <option value={String(value)}>{String(value)}</option>}
      </select>
    </Labelled>
  )
}

function Choices({ field, value, put }: DrawProps) {
  const chosen = new Set((Array.isArray(value) ? value : []) as string[])
  const toggle = (name: string) => {
    const next = field.choices.map((one) => one.name).filter((one) => (one === name ? !chosen.has(one) : chosen.has(one)))
    put(next.length ? next : undefined)
  }
  return (
    <fieldset className="field pills">
      <legend>{field.title}</legend>
      <div>
        {field.choices.map((one) => (
          <button key={one.name} type="button" aria-pressed={chosen.has(one.name)} onClick={() => toggle(one.name)}>{one.title}</button>
        ))}
      </div>
      {field.help && <small>{field.help}</small>}
    </fieldset>
  )
}

/** Messengers in order of preference; none chosen means wherever the contact can be reached. */
function Channels({ field, value, put }: DrawProps) {
  const { data, t } = useAround()
  const given = (Array.isArray(value) ? value : [value]).filter((one): one is string => typeof one === "string" && one !== "auto")
  const toggle = (name: string) => {
    const next = given.includes(name) ? given.filter((one) => one !== name) : [...given, name]
    put(next.length > 1 ? next : next.length === 1 ? next[0] : "auto")
  }
  return (
    <fieldset className="field pills">
      <legend>{field.title}</legend>
      <div>
        <button type="button" aria-pressed={!given.length} onClick={() => put("auto")}>{t("Any")}</button>
        {data.facts.messengers.map((one) => (
          <button key={one.channel} type="button" aria-pressed={given.includes(one.channel)} onClick={() => toggle(one.channel)}>
            {given.length > 1 && given.includes(one.channel) && <i>{given.indexOf(one.channel) + 1}</i>}
            {one.title}
          </button>
        ))}
      </div>
      <small>{given.length > 1 ? t("In this order: the first where the contact can be reached.") : given.length ? "" : t("Where the contact can be reached.")}</small>
    </fieldset>
  )
}

/** A name, with those that the project knows to choose from. */
function Suggested({ field, value, put, offered }: DrawProps & { offered: string[] }) {
  const id = useId()
  return (
    <Labelled field={field} id={id}>
      <input id={id} list={`${id}-list`} value={String(value ?? "")} onChange={(event) => put(orNothing(field, event.target.value))} />
      <datalist id={`${id}-list`}>{offered.map((one) => <option key={one} value={one} />)}</datalist>
    </Labelled>
  )
}

const offeredBy = (pick: (facts: Facts) => string[]) =>
  function Offered(props: DrawProps) {
    return <Suggested {...props} offered={pick(useAround().data.facts)} />
  }

const chosenFrom = (pick: (facts: Facts) => { id: string; name: string }[]) =>
  function Chosen(props: DrawProps) {
    const { data, t } = useAround()
    const choices = pick(data.facts).map((one) => ({ name: one.id, title: one.name }))
    const blank = props.value === "" ? [{ name: "", title: t("Choose") }] : []
    return <Choice {...props} field={{ ...props.field, choices: [...blank, ...choices] }} />
  }

const SHAPES: Record<string, unknown> = {
  text: Text, prose: Prose, longtext: TemplateText, number: Numeric, flag: Flag, choice: Choice, choices: Choices, duration: Duration,
  patience: Patience, instant: Instant, clock: Clock, clocks: Clocks, texts: Words, rows: Rows, group: Group, map: MapOf,
  channels: Channels, rule: RuleField, rules: RulesField, pairs: Pairs, late: Late, json: Raw,
}
const HINTED: Record<string, unknown> = {
  event: offeredBy((facts) => facts.events.map((one) => one.name)),
  attribute: offeredBy((facts) => facts.attributes.map((one) => one.name)),
  pool: offeredBy((facts) => facts.pools),
  segment: chosenFrom((facts) => facts.segments),
  journey: chosenFrom((facts) => facts.journeys),
}
