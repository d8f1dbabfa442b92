// One condition's own controls: what is compared with what, or what happened how often.

import { useId } from "react"

import { useAround, useJourney } from "../around"
import { operatorsFor, type Condition as Kind, type Rule } from "../rules"
import type { Attribute, Json } from "../types"
import { asText, asValue, Raw } from "./lists"
import { DurationInput } from "./times"
import { Chips } from "./Words"

interface Props {
  kind: Kind
  rule: Rule
  put: (next: Rule) => void
  attributes: Attribute[]
}

export function Condition(props: Props) {
  const Widget = LINES[props.kind] ?? Other
  return <Widget {...props} />
}

function Named({ label, value, put, offered }: { label: string; value: string; put: (next: string) => void; offered: { id: string; about?: string }[] }) {
  const list = useId()
  return (
    <>
      <input list={list} aria-label={label} placeholder={label} value={value} onChange={(event) => put(event.target.value)} />
      <datalist id={list}>{offered.map((one) => <option key={one.id} value={one.id} label={one.about} />)}</datalist>
    </>
  )
}

function Comparison({ rule, put, attributes }: Props) {
  const { data, t } = useAround()
  const name = String(rule.attribute ?? "")
  const known = attributes.find((one) => one.name === name || `contact.${one.name}` === name)
  const operator = String(rule.is ?? "equal")
  const operators = operatorsFor(known?.type, data.facts.operators)
  const types: Record<string, string> = { text: t("text"), number: t("number"), flag: t("yes or no"), date: t("date"), list: t("list") }
  const about = (one: Attribute) => [types[one.type] ?? one.type, one.samples.slice(0, 3).map(asText).join(", ")].filter(Boolean).join(": ")
  return (
    <div className="comparison">
      <Named label={t("Attribute")} value={name} put={(next) => put({ ...rule, attribute: next })} offered={attributes.map((one) => ({ id: one.name, about: about(one) }))} />
      <select aria-label={t("Is")} value={operator} onChange={(event) => put(withOperator(rule, event.target.value))}>
        {operators.map((one) => <option key={one.name} value={one.name}>{one.title}</option>)}
        {!operators.some((one) => one.name === operator) && <option value={operator}>{data.labels[`operator.${operator}`] ?? operator}</option>}
      </select>
      <Value rule={rule} put={put} known={known} />
      {known && <small>{about(known)}</small>}
    </div>
  )
}

function withOperator(rule: Rule, is: string): Rule {
  const { value, ...rest } = rule
  if (is === "exists") return { ...rest, is }
  if (is === "in") return { ...rest, is, value: Array.isArray(value) ? value : value === "" || value === undefined ? [] : [value] }
  if (is === "within") return { ...rest, is, value: typeof value === "string" && value.startsWith("P") ? value : "P30D" }
  return { ...rest, is, value: Array.isArray(value) ? (value[0] ?? "") : (value ?? "") }
}

function Value({ rule, put, known }: { rule: Rule; put: (next: Rule) => void; known: Attribute | undefined }) {
  const { t } = useAround()
  const list = useId()
  const { value } = rule
  const set = (next: Json) => put({ ...rule, value: next })
  const samples = (known?.samples ?? []).map(asText)
  if (rule.is === "exists")
    return (
      <select aria-label={t("Value")} value={String(value ?? true)} onChange={(event) => (event.target.value === "true" ? put(without(rule)) : set(false))}>
        <option value="true">{t("yes")}</option>
        <option value="false">{t("no")}</option>
      </select>
    )
  if (rule.is === "in") {
    const given = (Array.isArray(value) ? value : []).map(asText)
    return <Chips label={t("Values")} given={given} offered={samples.filter((one) => !given.includes(one)).map((id) => ({ id, title: id }))} put={(next) => set(next.map(asValue))} />
  }
  if (rule.is === "within" && (typeof value === "string" || value === undefined))
    return <DurationInput label={t("Length")} value={value ?? "P30D"} put={(next) => set(next ?? "P30D")} nullable={false} />
  if (known?.type === "flag")
    return (
      <select aria-label={t("Value")} value={String(value)} onChange={(event) => set(event.target.value === "true")}>
        {typeof value !== "boolean" && <option value={String(value)}>{t("Not set")}</option>}
        <option value="true">{t("yes")}</option>
        <option value="false">{t("no")}</option>
      </select>
    )
  return (
    <>
      <input list={list} aria-label={t("Value")} placeholder={t("Value")} value={typeof value === "string" ? value : asText(value)} onChange={(event) => set(meant(event.target.value, known))} />
      <datalist id={list}>{samples.map((one) => <option key={one} value={one} />)}</datalist>
    </>
  )
}

/** A value typed for an attribute that holds texts stays text, even when it looks like a number. */
const meant = (typed: string, known: Attribute | undefined): Json => (known?.type === "text" || known?.type === "date" ? typed : asValue(typed))

function without(rule: Rule): Rule {
  const { value: _gone, ...rest } = rule
  return rest
}

const oneName = (key: "tag" | "segment", pick: (facts: ReturnType<typeof useAround>["data"]["facts"]) => string[]) =>
  function OneName({ rule, put }: Props) {
    const { data, t } = useAround()
    return (
      <div className="comparison">
        <Named label={key === "tag" ? t("Tag") : t("Segment")} value={String(rule[key] ?? "")} put={(next) => put({ ...rule, [key]: next })} offered={pick(data.facts).map((id) => ({ id }))} />
      </div>
    )
  }

function Event({ rule, put }: Props) {
  const { data, t } = useAround()
  return (
    <div className="comparison">
      <Named label={t("Event")} value={String(rule.event ?? "")} put={(next) => put({ ...rule, event: next })} offered={data.facts.events.map((one) => ({ id: one.name }))} />
      <label className="inline"><span>{t("At least, times")}</span>
        <input type="number" min={1} value={Number(rule.at_least ?? 1)} onChange={(event) => put({ ...rule, at_least: Math.max(1, Number(event.target.value) || 1) })} />
      </label>
      <label className="inline"><span>{t("Within the last")}</span>
        <DurationInput value={rule.within ?? null} put={(next) => put(next ? { ...rule, within: next } : dropped(rule, "within"))} nullable />
      </label>
    </div>
  )
}

function dropped(rule: Rule, name: string): Rule {
  const { [name]: _gone, ...rest } = rule
  return rest
}

function Consent({ rule, put }: Props) {
  const { data, t } = useAround()
  return (
    <div className="comparison">
      <select aria-label={t("Messenger")} value={String(rule.consent ?? "")} onChange={(event) => put({ ...rule, consent: event.target.value })}>
        {data.facts.messengers.map((one) => <option key={one.channel} value={one.channel}>{one.title}</option>)}
      </select>
      <Named label={t("Purpose")} value={String(rule.purpose ?? "marketing")} put={(next) => put({ ...rule, purpose: next })} offered={[{ id: "marketing" }]} />
    </div>
  )
}

function Delivery({ rule, put }: Props) {
  const { desk, data, t, titleOf } = useAround()
  const journey = useJourney(desk)
  const place = (rule.delivery ?? {}) as Record<string, Json>
  const talking = journey.nodes.filter((one) => one.settings && ("text" in one.settings || "questions" in one.settings))
  const other = typeof place.journey === "string"
  return (
    <div className="comparison">
      {other ? (
        <select aria-label={t("Journey")} value={String(place.journey)} onChange={(event) => put({ ...rule, delivery: { journey: event.target.value } })}>
          {!data.facts.journeys.some((one) => one.id === place.journey) && <option value={String(place.journey)}>{String(place.journey)}</option>}
          {data.facts.journeys.map((one) => <option key={one.id} value={one.id}>{one.name}</option>)}
        </select>
      ) : (
        <select aria-label={t("Message")} value={String(place.node ?? "")} onChange={(event) => put({ ...rule, delivery: { ...place, node: event.target.value } })}>
          <option value="">{t("Choose a message")}</option>
          {talking.map((one) => <option key={one.id} value={one.id}>{titleOf(one)}</option>)}
        </select>
      )}
      <select aria-label={t("Was")} value={String(rule.was ?? "read")} onChange={(event) => put({ ...rule, was: event.target.value })}>
        {["read", "clicked", "replied", "failed"].map((one) => <option key={one} value={one}>{data.labels[`operator.${one}`] ?? one}</option>)}
      </select>
    </div>
  )
}

function Other({ rule, put }: Props) {
  const { t } = useAround()
  const field = { name: "rule", title: t("Rule as JSON"), shape: "json" as const, help: "", required: true, nullable: false, default: null, choices: [], low: null, high: null, whole: false, longest: null, least: 0, most: null, hint: "", fields: [], meanings: [] }
  return <Raw field={field} value={rule as Json} put={(next) => put((next ?? {}) as Rule)} step={null} problems={[]} path="" around={{}} />
}

const LINES: Partial<Record<Kind, (props: Props) => React.ReactNode>> = {
  attribute: Comparison,
  tag: oneName("tag", (facts) => facts.tags),
  segment: oneName("segment", (facts) => facts.segments),
  event: Event,
  consent: Consent,
  delivery: Delivery,
}
