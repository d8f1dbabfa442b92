// Rules taken apart for the builder and put together again, as short as they can be written.

import type { Attribute, Clause, Json, RuleBook, Settings } from "./types"

export type Rule = Settings

export interface Group {
  how: "all" | "any"
  not: boolean
  parts: Rule[]
}

const isObject = (one: unknown): one is Rule => typeof one === "object" && one !== null && !Array.isArray(one)
const onlyKey = (rule: Rule): string | null => (Object.keys(rule).length === 1 ? Object.keys(rule)[0] : null)

export const isGroup = (rule: Rule): boolean => ["all", "any"].includes(onlyKey(rule) ?? "")

/** What kind of condition a rule is; none for what the book does not know. */
export const clauseOf = (rule: Rule, book: RuleBook): Clause | undefined => book.clauses.find((one) => one.kind in rule)

/** The rule as a group: joined how, turned round or not, of which parts; a single condition is a group of one. */
export function groupOf(rule: Rule): Group {
  const only = onlyKey(rule)
  if (only === "not" && isObject(rule.not) && isGroup(rule.not)) return { ...groupOf(rule.not), not: true }
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

/** A new condition; one about an attribute begins with one that there is. */
export function begin(clause: Clause, attributes: Attribute[] = []): Rule {
  const rule = structuredClone(clause.begins)
  return rule.attribute === "" ? { ...rule, attribute: attributes[0]?.name ?? "city" } : rule
}

/** The comparisons that make sense for values of a type; all of them when nothing is known. */
export function operatorsFor<T extends { applies_to: string[] }>(type: string | undefined, all: T[]): T[] {
  const fit = all.filter((one) => type !== undefined && one.applies_to.includes(type))
  return fit.length ? fit : all
}

/** A value that fitted one comparison, for another. */
export function withOperator(rule: Rule, is: string, takes: string): Rule {
  const { value, ...rest } = rule
  if (takes === "flag") return { ...rest, is }
  if (takes === "list") return { ...rest, is, value: Array.isArray(value) ? value : value === "" || value === undefined ? [] : [value] }
  if (takes === "duration") return { ...rest, is, value: (typeof value === "string" && value.startsWith("P")) || spanOf(value).side === "next" ? value : "P30D" }
  if (takes === "date") return { ...rest, is, value: momentOf(value) ? value : "now" }
  return { ...rest, is, value: Array.isArray(value) ? (value[0] ?? "") : isObject(value) ? "" : (value ?? "") }
}

/** With what a date is compared; none for what is neither now, a day nor a number of days, as an instant. */
export function momentOf(value: Json | undefined): "now" | "day" | "ago" | "ahead" | null {
  if (value === "now") return "now"
  if (typeof value === "string" && (value === "" || /^\d{4}-\d{2}-\d{2}$/.test(value))) return "day"
  if (isObject(value) && onlyKey(value) === "days") return Number(value.days) > 0 ? "ahead" : "ago"
  return null
}

/** A span that is over or to come, and how long it is. */
export function spanOf(value: Json | undefined): { side: "last" | "next"; length: Json } {
  return isObject(value) && onlyKey(value) === "next" ? { side: "next", length: value.next } : { side: "last", length: value ?? "P30D" }
}

/** A rule without one of its parts. */
export function without(rule: Rule, name: string): Rule {
  const { [name]: _gone, ...rest } = rule
  return rest
}
