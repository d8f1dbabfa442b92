// An attribute or a property compared with a value: the control that fits the comparison and the type.

import { useId } from "react"

import { useAround } from "../around"
import { momentOf, operatorsFor, spanOf, withOperator, without, type Rule } from "../rules"
import type { Attribute, Json } from "../types"
import { asText, asValue } from "./lists"
import { OneOf, Written } from "./picks"
import { DurationInput } from "./times"
import { Chips } from "./Words"

interface Props {
  rule: Rule
  put: (next: Rule) => void
  attributes: Attribute[]
}

export function Comparison({ rule, put, attributes }: Props) {
  const { data, t } = useAround()
  const name = String(rule.attribute ?? "")
  const known = attributes.find((one) => one.name === name || `contact.${one.name}` === name)
  const operator = String(rule.is ?? "equal")
  const operators = operatorsFor(known?.type, data.facts.operators)
  const takes = (is: string) => data.facts.operators.find((one) => one.name === is)?.takes ?? "any"
  const types: Record<string, string> = { text: t("text"), number: t("number"), flag: t("yes or no"), date: t("date"), list: t("list") }
  const about = (one: Attribute) => [types[one.type] ?? one.type, one.samples.slice(0, 3).map(asText).join(", ")].filter(Boolean).join(": ")
  const shown = operators.some((one) => one.name === operator) ? operators : [...operators, { name: operator, title: data.labels[`operator.${operator}`] ?? operator }]
  return (
    <>
      <Written label={t("Attribute")} value={name} put={(next) => put({ ...rule, attribute: next })} offered={attributes.map((one) => ({ id: one.name, about: about(one) }))} />
      <OneOf label={t("Is")} value={operator} put={(is) => put(withOperator(rule, is, takes(is)))} offered={shown} />
      <Value rule={rule} put={put} known={known} takes={takes(operator)} />
      {known && <small>{about(known)}</small>}
    </>
  )
}

interface ValueProps {
  rule: Rule
  put: (next: Rule) => void
  known: Attribute | undefined
  takes: string
}

function Value({ rule, put, known, takes }: ValueProps) {
  const { data, t } = useAround()
  const { value } = rule
  const set = (next: Json) => put({ ...rule, value: next })
  const samples = (known?.samples ?? []).map(asText)
  if (takes === "flag")
    return <OneOf label={t("Value")} value={String(value ?? true)} put={(next) => (next === "true" ? put(without(rule, "value")) : set(false))} offered={data.rules.known} />
  if (takes === "list") {
    const given = (Array.isArray(value) ? value : []).map(asText)
    return <Chips label={t("Values")} given={given} offered={samples.filter((one) => !given.includes(one)).map((id) => ({ id, title: id }))} put={(next) => set(next.map(asValue))} />
  }
  if (takes === "duration") return <SpanOf value={value} set={set} />
  if (takes === "date" && momentOf(value)) return <Moment value={value} set={set} />
  if (known?.type === "flag")
    return <OneOf label={t("Value")} value={asText(value)} put={(next) => set(next === "true")} offered={data.rules.flags} />
  return <Plain value={value} set={(typed) => set(meant(typed, known))} samples={samples} />
}

interface SetProps {
  value: Json | undefined
  set: (next: Json) => void
}

function Plain({ value, set, samples }: { value: Json | undefined; set: (typed: string) => void; samples: string[] }) {
  const { t } = useAround()
  const list = useId()
  return (
    <>
      <input list={list} aria-label={t("Value")} placeholder={t("Value")} value={typeof value === "string" ? value : asText(value)} onChange={(event) => set(event.target.value)} />
      <datalist id={list}>{samples.map((one) => <option key={one} value={one} />)}</datalist>
    </>
  )
}

function SpanOf({ value, set }: SetProps) {
  const { data, t } = useAround()
  const { side, length } = spanOf(value)
  const said = (which: string, long: Json) => set(which === "next" ? { next: long } : long)
  return (
    <div className="two">
      <OneOf label={t("Past or coming")} value={side} put={(next) => said(next, length)} offered={data.rules.sides} />
      <DurationInput label={t("Length")} value={length} put={(next) => said(side, next ?? "P30D")} nullable={false} />
    </div>
  )
}

function Moment({ value, set }: SetProps) {
  const { data, t } = useAround()
  const moment = momentOf(value)!
  const days = typeof value === "object" ? Math.abs(Number((value as Record<string, Json>).days)) : 7
  const begins: Record<string, Json> = { now: "now", day: "", ago: { days: -days }, ahead: { days: days || 7 } }
  const count = (many: number) => set({ days: moment === "ahead" ? Math.max(1, many) : -many })
  return (
    <div className="two">
      <OneOf label={t("Which moment")} value={moment} put={(next) => set(begins[next])} offered={data.rules.moments} />
      {moment === "day" && <input type="date" aria-label={t("Value")} value={String(value)} onChange={(event) => set(event.target.value)} />}
      {(moment === "ago" || moment === "ahead") && <input type="number" min={0} aria-label={t("Days")} value={days} onChange={(event) => count(Math.floor(Number(event.target.value)) || 0)} />}
    </div>
  )
}

/** A value typed for an attribute that holds texts stays text, even when it looks like a number. */
const meant = (typed: string, known: Attribute | undefined): Json => (known?.type === "text" || known?.type === "date" ? typed : asValue(typed))
