// Rules taken apart for the builder and put together again, as short as they can be written.

import type { Attribute, Json, Settings } from "./types"

export type Rule = Settings
export const CONDITIONS = ["attribute", "tag", "segment", "event", "consent", "delivery"] as const
export type Condition = (typeof CONDITIONS)[number] | "group" | "other"

export interface Group {
  how: "all" | "any"
  not: boolean
  parts: Rule[]
}

const isObject = (one: unknown): one is Rule => typeof one === "object" && one !== null && !Array.isArray(one)
const onlyKey = (rule: Rule): string | null => (Object.keys(rule).length === 1 ? Object.keys(rule)[0] : null)

export function kindOf(rule: Rule): Condition {
  const only = onlyKey(rule)
  if (only === "all" || only === "any") return "group"
  return CONDITIONS.find((one) => one in rule) ?? "other"
}

/** The rule as a group: joined how, turned round or not, of which parts; a single condition is a group of one. */
export function groupOf(rule: Rule): Group {
  const only = onlyKey(rule)
  if (only === "not" && isObject(rule.not) && kindOf(rule.not) === "group") return { ...groupOf(rule.not), not: true }
  if ((only === "all" || only === "any") && Array.isArray(rule[only]))
    return { how: only, not: false, parts: (rule[only] as Json[]).filter(isObject) }
  return { how: "all", not: false, parts: Object.keys(rule).length ? [rule] : [] }
}

export function ruleOf({ how, not, parts }: Group): Rule {
  if (!parts.length) return {}
  const whole = parts.length === 1 && !not ? parts[0] : { [how]: parts as Json }
  return not ? { not: whole } : whole
}

/** A condition without its «not», and whether it had one. */
export function turned(rule: Rule): { not: boolean; inner: Rule } {
  return onlyKey(rule) === "not" && isObject(rule.not) ? { not: true, inner: rule.not } : { not: false, inner: rule }
}

export const turn = (inner: Rule, not: boolean): Rule => (not ? { not: inner } : inner)

export function begin(kind: Condition, attributes: Attribute[] = []): Rule {
  const name = attributes[0]?.name ?? "city"
  const blanks: Record<Condition, Rule> = {
    attribute: { attribute: name, is: "equal", value: "" },
    tag: { tag: "" },
    segment: { segment: "" },
    event: { event: "" },
    consent: { consent: "telegram", purpose: "marketing" },
    delivery: { delivery: { node: "" }, was: "read" },
    group: { any: [{ attribute: name, is: "equal", value: "" }] },
    other: {},
  }
  return structuredClone(blanks[kind])
}

/** The comparisons that make sense for values of a type; all of them when nothing is known. */
export function operatorsFor<T extends { applies_to: string[] }>(type: string | undefined, all: T[]): T[] {
  const fit = all.filter((one) => type !== undefined && one.applies_to.includes(type))
  return fit.length ? fit : all
}
