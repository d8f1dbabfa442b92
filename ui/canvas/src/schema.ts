// A JSON Schema of settings read into fields that the panel can draw.

import type { Json, Schema, Settings } from "./types"

export type Shape =
  | "text" | "prose" | "longtext" | "number" | "flag" | "choice" | "choices" | "duration" | "patience" | "instant" | "clock"
  | "clocks" | "texts" | "rows" | "group" | "channels" | "rule" | "rules" | "pairs" | "map" | "late" | "json"

/** One of several meanings of an object: choosing it keeps its fields and drops the others'. */
export interface Meaning {
  name: string
  title: string
  fields: string[]
  begins: Settings
}

export interface Field {
  name: string
  title: string
  shape: Shape
  help: string
  required: boolean
  nullable: boolean
  default: Json
  choices: { name: string; title: string }[]
  low: number | null
  high: number | null
  whole: boolean
  longest: number | null
  least: number
  most: number | null
  /** What the schema says of the widget: `event`, `attribute`... */
  hint: string
  fields: Field[]
  meanings: Meaning[]
}

const WIDGETS: Record<string, Shape> = {
  textarea: "longtext", prose: "prose", channels: "channels", rule: "rule", rules: "rules", patience: "patience", attributes: "pairs",
}

export const fieldsOf = (schema: Schema): Field[] => fields(schema, schema.$defs ?? {})

export const meaningsOf = (schema: Schema): Meaning[] => schema.meanings ?? []

function fields(schema: Schema, defs: Schema): Field[] {
  const required = new Set<string>(schema.required ?? [])
  return Object.entries(schema.properties ?? {}).map(([name, one]) => field(name, one as Schema, required.has(name), defs))
}

const resolved = (schema: Schema, defs: Schema): Schema =>
  schema.$ref ? { ...defs[String(schema.$ref).split("/").pop()!], ...without(schema, "$ref") } : schema

function without(schema: Schema, name: string): Schema {
  const { [name]: _gone, ...rest } = schema
  return rest
}

/** What a schema holds when it holds something, and whether it may hold nothing. */
function core(schema: Schema, defs: Schema): [Schema, boolean] {
  if (!schema.anyOf) return [resolved(schema.allOf ? schema.allOf[0] : schema, defs), false]
  const full = (schema.anyOf as Schema[]).filter((one) => one.type !== "null").map((one) => resolved(one, defs))
  return [full.length === 1 ? full[0] : { anyOf: full }, full.length < schema.anyOf.length]
}

function field(name: string, schema: Schema, required: boolean, defs: Schema): Field {
  const [inner, nullable] = core(schema, defs)
  const shape = shapeOf(schema, inner, defs)
  const row = shape === "rows" ? resolved(inner.items, defs) : shape === "group" ? inner : shape === "map" ? resolved(inner.additionalProperties, defs) : null
  return {
    name,
    title: String(schema.title ?? inner.title ?? capital(name.replaceAll("_", " "))),
    shape,
    help: String(schema.description ?? ""),
    required,
    nullable,
    default: schema.default ?? null,
    choices: choicesOf(schema, inner, defs),
    low: inner.minimum ?? inner.exclusiveMinimum ?? null,
    high: inner.maximum ?? inner.exclusiveMaximum ?? null,
    whole: inner.type === "integer",
    longest: inner.maxLength ?? null,
    least: inner.minItems ?? 0,
    most: inner.maxItems ?? null,
    hint: String(schema.widget ?? ""),
    fields: row ? fields(row, defs) : [],
    meanings: row ? meaningsOf(row) : [],
  }
}

const capital = (text: string): string => text.slice(0, 1).toUpperCase() + text.slice(1)

function choicesOf(schema: Schema, inner: Schema, defs: Schema): Field["choices"] {
  const within = inner.type === "array" ? resolved(inner.items ?? {}, defs) : inner
  const names: string[] = "const" in within ? [String(within.const)] : (within.enum ?? []).map(String)
  const titles = schema.names ?? {}
  return names.map((name) => ({ name, title: titles[name] ?? name.replaceAll("_", " ") }))
}

function shapeOf(schema: Schema, inner: Schema, defs: Schema): Shape {
  const map = inner.type === "object" && inner.additionalProperties
  if (map && resolved(inner.additionalProperties, defs).properties) return "map"
  const hinted = WIDGETS[String(schema.widget ?? inner.widget ?? "")]
  if (hinted) return hinted
  if (inner.anyOf) return inner.anyOf.some((one: Schema) => one.properties?.skip_if_later_than) ? "late" : "json"
  if (inner.type === "array") return listShape(inner, defs)
  if (inner.type === "object") return inner.properties ? "group" : "pairs"
  if (inner.enum || "const" in inner) return "choice"
  if (inner.type === "string") return textShape(inner)
  return ({ boolean: "flag", integer: "number", number: "number" } as Record<string, Shape>)[inner.type] ?? "json"
}

function textShape(inner: Schema): Shape {
  if (String(inner.pattern ?? "").includes("2[0-3]")) return "clock"
  return ({ duration: "duration", "date-time": "instant", time: "clock" } as Record<string, Shape>)[inner.format] ?? "text"
}

function listShape(inner: Schema, defs: Schema): Shape {
  const pair = inner.prefixItems as Schema[] | undefined
  if (pair) return pair.length === 2 && pair.every((one) => textShape(one) === "clock") ? "clocks" : "json"
  const items = resolved(inner.items ?? {}, defs)
  if (items.properties) return "rows"
  if (items.enum) return "choices"
  if (items.type === "object") return "rules"
  return items.type === "string" ? "texts" : "json"
}

/** A new row: what is required, with names that no neighbour has. */
export function blank(of: Field[], neighbours: Settings[] = []): Settings {
  const made: Settings = {}
  for (const one of of) {
    if (!one.required) continue
    made[one.name] = one.name === "id" || one.name === "exit" ? free(one.name, neighbours) : empty(one)
  }
  return made
}

function free(name: string, neighbours: Settings[]): string {
  const base = name === "exit" ? "way" : "b"
  const taken = new Set(neighbours.map((one) => String(one?.[name] ?? "")))
  let number = 1
  while (taken.has(`${base}${number}`)) number += 1
  return `${base}${number}`
}

/** The emptiest value of a field that a person can go on from. */
export function empty(of: Field): Json {
  if (of.default !== null) return of.default
  if (of.shape === "rows") return Array.from({ length: of.least }, () => blank(of.fields))
  const begins: Partial<Record<Shape, Json>> = {
    number: of.low ?? 0, flag: false, choice: of.choices[0]?.name ?? "", duration: "P1D", patience: "P1D", clock: "09:00",
    rule: {}, pairs: {}, map: {}, json: {}, choices: [], texts: [], channels: [], rules: [],
  }
  return of.shape === "group" ? blank(of.fields) : (begins[of.shape] ?? "")
}

/** Which meaning the settings have now. */
export function meaningOf(meanings: Meaning[], settings: Settings): Meaning {
  const has = (name: string) => settings[name] !== undefined && settings[name] !== null && settings[name] !== false
  const fits = meanings.filter((one) => Object.keys(one.begins).every(has))
  return fits.sort((a, b) => Object.keys(b.begins).length - Object.keys(a.begins).length)[0] ?? meanings.find((one) => one.fields.some(has)) ?? meanings[0]
}

/** The settings with another meaning; what belongs to the others goes, what both share stays. */
export function changeMeaning(meanings: Meaning[], settings: Settings, to: Meaning): Settings {
  const owned = new Set(meanings.flatMap((one) => one.fields))
  const kept = Object.fromEntries(Object.entries(settings).filter(([name]) => !owned.has(name) || to.fields.includes(name)))
  // A meaning cannot name the moment that it begins with: tomorrow at noon will do.
  const noon = new Date(Date.now() + 86_400_000)
  noon.setHours(12, 0, 0, 0)
  const begins = Object.fromEntries(Object.entries(to.begins).map(([name, one]) => [name, one ?? noon.toISOString()]))
  return { ...begins, ...kept }
}
