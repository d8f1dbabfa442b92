// One condition's own controls, part by part as the book of rules describes them.

import type { ReactNode } from "react"

import { useAround, useJourney } from "../around"
import { begin, groupOf, ruleOf, without, type Rule } from "../rules"
import type { Attribute, Clause, Facts, Json, Named, RulePart } from "../types"
import { Comparison } from "./Comparison"
import { Raw } from "./lists"
import { OneOf, Written } from "./picks"
import { GroupOf } from "./Rule"
import { DurationInput } from "./times"

interface Props {
  part: RulePart
  rule: Rule
  put: (next: Rule) => void
  attributes: Attribute[]
}

export function Condition({ clause, ...more }: { clause: Clause } & Omit<Props, "part">) {
  return (
    <div className="comparison">
      {clause.parts.map((part) => {
        const Widget = WIDGETS[part.widget]
        return Widget ? <Widget key={part.name} part={part} {...more} /> : null
      })}
    </div>
  )
}

const asked = (offered: (facts: Facts) => string[]) =>
  function Asked({ part, rule, put }: Props) {
    const { data } = useAround()
    const known = offered(data.facts).map((id) => ({ id }))
    return <Written label={part.title} value={String(rule[part.name] ?? "")} put={(next) => put({ ...rule, [part.name]: next })} offered={known} />
  }

const chosen = (offered: (facts: Facts) => Named[]) =>
  function Chosen({ part, rule, put }: Props) {
    const { data } = useAround()
    return <OneOf label={part.title} value={String(rule[part.name] ?? "")} put={(next) => put({ ...rule, [part.name]: next })} offered={offered(data.facts)} />
  }

function Choice({ part, rule, put }: Props) {
  return <OneOf label={part.title} value={String(rule[part.name] ?? part.unsaid)} put={(next) => put({ ...rule, [part.name]: next })} offered={part.choices} />
}

function Inline({ title, children }: { title: string; children: ReactNode }) {
  return <label className="inline"><span>{title}</span>{children}</label>
}

function Count({ part, rule, put }: Props) {
  const set = (many: number) => put(many === part.unsaid ? without(rule, part.name) : { ...rule, [part.name]: many })
  return (
    <Inline title={part.title}>
      <input type="number" min={1} value={Number(rule[part.name] ?? part.unsaid)} onChange={(event) => set(Math.max(1, Math.floor(Number(event.target.value)) || 1))} />
    </Inline>
  )
}

function Span({ part, rule, put }: Props) {
  return (
    <Inline title={part.title}>
      <DurationInput value={rule[part.name] ?? null} put={(next) => put(next ? { ...rule, [part.name]: next } : without(rule, part.name))} nullable />
    </Inline>
  )
}

/** A property of the event that has the value of the same property of the entry event. */
function Property({ part, rule, put }: Props) {
  const { data } = useAround()
  const known = data.facts.events.find((one) => one.name === rule.event)?.properties ?? []
  return (
    <Inline title={part.title}>
      <Written label={part.title} value={String(rule[part.name] ?? "")} put={(next) => put(next ? { ...rule, [part.name]: next } : without(rule, part.name))} offered={known.map((one) => ({ id: one.name }))} />
    </Inline>
  )
}

/** A rule over the event's own properties. */
function Where({ part, rule, put }: Props) {
  const { data } = useAround()
  const where = rule[part.name] as Rule | null | undefined
  const attributes = data.facts.events.find((one) => one.name === rule.event)?.properties ?? []
  const set = (next: Rule) => put(Object.keys(next).length ? { ...rule, [part.name]: next } : without(rule, part.name))
  const on = Boolean(where && Object.keys(where).length)
  return (
    <>
      <label className="flag">
        <input type="checkbox" role="switch" checked={on} onChange={(event) => set(event.target.checked ? begin(data.rules.clauses.find((one) => one.over_event)!, attributes) : {})} />
        <span>{part.title}</span>
      </label>
      {on && <GroupOf group={groupOf(where!)} put={(next) => set(ruleOf(next))} attributes={attributes} overEvent depth={0} />}
    </>
  )
}

/** A message of this journey, or those of another one. */
function Message({ part, rule, put }: Props) {
  const { desk, data, t, titleOf } = useAround()
  const journey = useJourney(desk)
  const place = (rule[part.name] ?? {}) as Record<string, Json>
  const talking = journey.nodes.filter((one) => one.settings && ("text" in one.settings || "questions" in one.settings))
  const [kind, id] = Object.entries(place)[0] ?? ["node", ""]
  const value = id ? `${kind}:${id}` : ""
  const known = kind === "node" ? talking.some((one) => one.id === id) : data.facts.journeys.some((one) => one.id === id)
  const set = (next: string) => {
    const [what, ...rest] = next.split(":")
    put({ ...rule, [part.name]: { [what]: rest.join(":") } })
  }
  return (
    <select aria-label={part.title} value={value} onChange={(event) => event.target.value && set(event.target.value)}>
      {!known && <option value={value}>{String(id) || t("Choose a message")}</option>}
      <optgroup label={t("The journey")}>
        {talking.map((one) => <option key={one.id} value={`node:${one.id}`}>{titleOf(one)}</option>)}
      </optgroup>
      <optgroup label={t("Another journey")}>
        {data.facts.journeys.filter((one) => one.id !== data.docId).map((one) => <option key={one.id} value={`journey:${one.id}`}>{one.name}</option>)}
      </optgroup>
    </select>
  )
}

/** What the book does not know is written as it is. */
export function Other({ rule, put }: Omit<Props, "part" | "attributes">) {
  const { t } = useAround()
  const field = { name: "rule", title: t("Rule as JSON"), shape: "json" as const, help: "", required: true, nullable: false, default: null, choices: [], low: null, high: null, whole: false, longest: null, least: 0, most: null, hint: "", fields: [], meanings: [] }
  return <Raw field={field} value={rule as Json} put={(next) => put((next ?? {}) as Rule)} step={null} problems={[]} path="" around={{}} />
}

const WIDGETS: Record<string, (props: Props) => ReactNode> = {
  comparison: Comparison,
  tag: asked((facts) => facts.tags),
  segment: chosen((facts) => facts.segments.map((one) => ({ name: one.id, title: one.name }))),
  event: asked((facts) => facts.events.map((one) => one.name)),
  messenger: chosen((facts) => facts.messengers.map((one) => ({ name: one.channel, title: one.title }))),
  choice: Choice,
  count: Count,
  span: Span,
  property: Property,
  where: Where,
  message: Message,
}
