// The ways out of a step, at once while its settings change: rows with an `exit`, and what Python told of the rest.

import type { Json, Kind, Settings, Step, Told } from "./types"

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
