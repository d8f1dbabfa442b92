// The ways out of a step, at once while its settings change: rows with an `exit`, and what Python told of the rest.

import type { Journey, Json, Kind, Settings, Step, Told } from "./types"

type Row = Record<string, Json>

/** Exits that rows of the settings name, in their order: branches of an answer, arms of a split. */
export function rowExits(kind: Kind | undefined, settings: Settings): string[] {
  if (!kind) return []
  const lists = Object.entries(kind.schema.properties ?? {}).filter(([, one]) => namesExits(one as any, kind.schema))
  const rows = lists.flatMap(([name]) => (Array.isArray(settings[name]) ? (settings[name] as Row[]) : []))
  return rows.map((row) => String(row?.exit ?? "")).filter(Boolean)
}

function namesExits(schema: any, root: any): boolean {
  const ref = schema.items?.$ref as string | undefined
  const item = ref ? root.$defs?.[ref.split("/").pop()!] : schema.items
  return Boolean(item?.properties?.exit)
}

/** All exits: rows first as they stand now, then the fixed ones that Python told of this step or of its kind. */
export function exitsOf(kind: Kind | undefined, step: Step, told: Told | undefined, rowsThen?: string[]): string[] {
  const settings = step.settings ?? {}
  const rows = rowExits(kind, settings)
  const known = told?.exits ?? kind?.exits ?? []
  const before = new Set(told ? (rowsThen ?? rows) : rowExits(kind, kind?.begins ?? {}))
  const fixed = known.filter((one) => !before.has(one) && !rows.includes(one))
  return [...new Set([...rows, ...fixed])]
}

interface Button { id?: Json; title?: Json }
interface Branch { exit?: Json; buttons?: Json }
const pressedIn = new WeakMap<Journey, Map<string, Record<string, string>>>()

/** An answer's exits for buttons by what stands on these: «Yes, please» says more to whoever looks than a name does. */
export function pressed(journey: Journey, id: string): Record<string, string> | undefined {
  const made = pressedIn.get(journey) ?? new Map(journey.nodes.map((one) => [one.id, pressedAt(journey, one)] as const).filter(([, one]) => one !== null)) as Map<string, Record<string, string>>
  pressedIn.set(journey, made)
  return made.get(id)
}

function pressedAt(journey: Journey, step: Step): Record<string, string> | null {
  const branches = (Array.isArray(step.settings?.branches) ? step.settings.branches : []) as Branch[]
  if (!branches.some((one) => Array.isArray(one?.buttons) && one.buttons.length)) return null
  const before = new Set(journey.edges.filter((one) => one.target === step.id).map((one) => one.source))
  const buttons = journey.nodes.flatMap((one) => (before.has(one.id) && Array.isArray(one.settings?.buttons) ? (one.settings.buttons as Button[]) : []))
  const titles = new Map(buttons.map((one) => [one?.id, String(one?.title ?? "")]))
  const named = branches.map(({ exit, buttons: ids }) => [String(exit), (Array.isArray(ids) ? ids : []).map((one) => titles.get(one)).filter(Boolean).join(" / ")])
  return Object.fromEntries(named.filter(([, title]) => title))
}
