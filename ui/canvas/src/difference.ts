// What differs between two versions of a journey, step by step; places on the board do not count.

import { waysOf } from "./document"
import type { Journey, Step } from "./types"

export interface Difference {
  what: "added" | "removed" | "changed" | "journey"
  step: Step | null
  /** What differs, and what either side says there. */
  names: Touched[]
}

export interface Touched {
  name: string
  mine: string
  theirs: string
}

const same = (a: unknown, b: unknown) => JSON.stringify(a ?? null) === JSON.stringify(b ?? null)

export function difference(mine: Journey, theirs: Journey): Difference[] {
  const found: Difference[] = []
  const names = touched(mine.graph, theirs.graph)
  if (names.length) found.push({ what: "journey", step: null, names })
  const before = new Map(mine.nodes.map((one) => [one.id, one]))
  const after = new Map(theirs.nodes.map((one) => [one.id, one]))
  for (const [id, step] of after) {
    const old = before.get(id)
    if (!old) {
      found.push({ what: "added", step, names: [] })
      continue
    }
    const changed = touched(old.settings ?? {}, step.settings ?? {})
    if ((old.title ?? "") !== (step.title ?? "")) changed.unshift(pair("Title", old.title, step.title))
    if (!same(sorted(waysOf(mine, id)), sorted(waysOf(theirs, id)))) changed.push({ name: "ways", mine: "", theirs: "" })
    if (changed.length) found.push({ what: "changed", step: old, names: changed })
  }
  for (const [id, step] of before) if (!after.has(id)) found.push({ what: "removed", step, names: [] })
  return found
}

const sorted = (one: Record<string, string>) => Object.entries(one).sort()

function touched(a: Record<string, unknown>, b: Record<string, unknown>): Touched[] {
  const names = [...new Set([...Object.keys(a), ...Object.keys(b)])].filter((name) => !same(a[name], b[name])).sort()
  return names.map((name) => pair(name, a[name], b[name]))
}

/** So many letters are shown of either side, from a little before where they part. */
const [SHOWN, BEFORE] = [60, 15]

function pair(name: string, mine: unknown, theirs: unknown): Touched {
  let texts = [short(mine), short(theirs)]
  // Rows that are called the same and say something else are not told apart by their names.
  if (texts[0] === texts[1]) texts = [mine, theirs].map((one) => JSON.stringify(one ?? null))
  const [a, b] = texts
  let parting = 0
  while (parting < Math.min(a.length, b.length) && a[parting] === b[parting]) parting += 1
  const from = Math.max(a.length, b.length) > SHOWN ? Math.max(0, parting - BEFORE) : 0
  const cut = (text: string) => `${from ? "…" : ""}${text.slice(from, from + SHOWN)}${text.length > from + SHOWN ? "…" : ""}`
  return { name, mine: cut(a), theirs: cut(b) }
}

/** A value as it is read: rows by their titles, texts as they stand. */
function short(value: unknown): string {
  if (value === undefined || value === null || value === "") return "—"
  if (typeof value === "string") return value
  const rows = Array.isArray(value) ? value.map((one) => (typeof one === "string" ? one : (one?.title ?? one?.text ?? one?.exit))) : []
  return rows.length && rows.every(Boolean) ? rows.join(", ") : JSON.stringify(value)
}
