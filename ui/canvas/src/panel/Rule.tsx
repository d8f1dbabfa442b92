// The rule builder: all or any of conditions, groups in groups, each condition on its own line with real names to pick.

import { useAround, useJourney } from "../around"
import { Icon } from "../icon"
import { begin, clauseOf, groupOf, isGroup, ruleOf, turn, turned, type Group, type Rule } from "../rules"
import type { Attribute, Json } from "../types"
import type { DrawProps } from "./fields"
import { Small } from "./lists"
import { Condition, Other } from "./Conditions"

export function RuleField({ field, value, put, around }: DrawProps) {
  const { data, t } = useAround()
  const { journeyAttributes } = useOffered()
  const rule = (value ?? {}) as Rule
  const overEvent = field.name === "where"
  const event = data.facts.events.find((one) => one.name === around.event)
  const attributes = overEvent ? (event?.properties ?? []) : [...data.facts.attributes, ...journeyAttributes]
  const set = (next: Rule) => put(Object.keys(next).length || field.required ? next : undefined)
  const nothing = !Object.keys(rule).length
  return (
    <fieldset className="rule" data-testid={`rule-${field.name}`}>
      <legend>{field.title}</legend>
      {field.help && <small>{field.help}</small>}
      {nothing ? (
        <button type="button" className="add" onClick={() => set(begin(data.rules.clauses[0], attributes))}><Icon name="add" />{t("Add a condition")}</button>
      ) : (
        <GroupOf group={groupOf(rule)} put={(next) => set(ruleOf(next))} attributes={attributes} overEvent={overEvent} depth={0} />
      )}
    </fieldset>
  )
}

/** A list of rules, any of which will do. */
export function RulesField(props: DrawProps) {
  const { data, t } = useAround()
  const { field, value, put } = props
  const rules = (Array.isArray(value) ? value : []) as Rule[]
  const set = (next: Rule[]) => put(next.length ? next : undefined)
  return (
    <fieldset className="rows">
      <legend>{field.title}</legend>
      {field.help && <small>{field.help}</small>}
      {rules.map((one, place) => (
        <div key={place} className="box">
          <div className="tools"><b>{place + 1}</b><Small icon="close" label={t("Remove the rule")} run={() => set(rules.filter((_each, at) => at !== place))} /></div>
          <RuleField {...props} field={{ ...field, title: t("When"), help: "", required: true }} value={one} put={(next) => set(rules.map((each, at) => (at === place ? ((next ?? {}) as Rule) : each)))} />
        </div>
      ))}
      <button type="button" className="add" onClick={() => set([...rules, begin(data.rules.clauses[0])])}><Icon name="add" />{t("Add a rule")}</button>
    </fieldset>
  )
}

/** Names that only this journey knows: answers of its surveys, properties of its entry event. */
function useOffered(): { journeyAttributes: Attribute[] } {
  const { desk, data } = useAround()
  const journey = useJourney(desk)
  const answers = journey.nodes.flatMap((one) => {
    const questions = ((one.settings?.questions ?? []) as any[]).map((each) => String(each?.id ?? ""))
    const saved = typeof one.settings?.save_as === "string" ? [one.settings.save_as] : []
    return [...questions, ...saved].filter(Boolean)
  })
  const entries = [journey.graph.entry ?? []].flat() as any[]
  const events = entries.map((one) => data.facts.events.find((each) => each.name === one?.event))
  const properties = events.flatMap((one) => one?.properties ?? [])
  return {
    journeyAttributes: [
      ...answers.map((name) => ({ name: `answers.${name}`, type: "text", samples: [] })),
      ...properties.map((one) => ({ ...one, name: `event.${one.name}` })),
    ],
  }
}

export interface PartProps {
  attributes: Attribute[]
  overEvent: boolean
  depth: number
}

export function GroupOf({ group, put, ...more }: { group: Group; put: (next: Group) => void } & PartProps) {
  const { data, t } = useAround()
  const { how, not, parts } = group
  const fresh = begin(data.rules.clauses[0], more.attributes)
  const set = (place: number, next: Rule | null) => put({ ...group, parts: parts.flatMap((one, at) => (at === place ? (next ? [next] : []) : [one])) })
  return (
    <div className="group-of" data-not={not}>
      {(parts.length > 1 || not) && (
        <div className="joined">
          <select aria-label={t("Joined by")} value={`${not ? "not " : ""}${how}`} onChange={(event) => put({ ...group, not: event.target.value.startsWith("not"), how: event.target.value.endsWith("any") ? "any" : "all" })}>
            {data.rules.joints.map((one) => <option key={one.name} value={one.name}>{one.title}</option>)}
          </select>
        </div>
      )}
      {parts.map((one, place) => <Part key={place} rule={one} put={(next) => set(place, next)} {...more} />)}
      <div className="adds">
        <button type="button" className="add" onClick={() => put({ ...group, parts: [...parts, fresh] })}><Icon name="add" />{t("Add a condition")}</button>
        {parts.length > 0 && more.depth < data.rules.deepest && (
          <button type="button" className="add" onClick={() => put({ ...group, parts: [...parts, { any: [fresh] }] })}><Icon name="data_object" />{t("Add a group")}</button>
        )}
      </div>
    </div>
  )
}

function Part({ rule, put, ...more }: { rule: Rule; put: (next: Rule | null) => void } & PartProps) {
  const { data, t } = useAround()
  const { not, inner } = turned(rule)
  if (isGroup(inner))
    return (
      <div className="box">
        <div className="tools"><b>{t("Group")}</b><Small icon="close" label={t("Remove")} run={() => put(null)} /></div>
        <GroupOf group={groupOf(rule)} put={(next) => put(next.parts.length ? keepGroup(next) : null)} {...more} depth={more.depth + 1} />
      </div>
    )
  const clause = clauseOf(inner, data.rules)
  const offered = data.rules.clauses.filter((one) => one.over_event || !more.overEvent || one === clause)
  const change = (kind: string) => put(turn(begin(data.rules.clauses.find((one) => one.kind === kind)!, more.attributes), not))
  return (
    <div className="condition" data-testid="condition">
      <div className="tools">
        <select aria-label={t("Condition")} value={clause?.kind ?? ""} onChange={(event) => change(event.target.value)}>
          {offered.map((one) => <option key={one.kind} value={one.kind}>{more.overEvent && one.over_event ? t("Property") : one.title}</option>)}
          {!clause && <option value="">{t("Other")}</option>}
        </select>
        <button type="button" className="not" aria-pressed={not} title={t("Holds when the condition does not.")} onClick={() => put(turn(inner, !not))}>{t("not")}</button>
        <Small icon="close" label={t("Remove")} run={() => put(null)} />
      </div>
      {clause ? <Condition clause={clause} rule={inner} put={(next) => put(turn(next, not))} attributes={more.attributes} /> : <Other rule={inner} put={(next) => put(turn(next, not))} />}
    </div>
  )
}

/** A group of one stays a group while it stands in another group. */
const keepGroup = ({ how, not, parts }: Group): Rule => turn({ [how]: parts as Json }, not)
