// What differs between two versions of a journey, step by step; places on the board do not count.

import { waysOf } from "./document"
import type { Journey, Step } from "./types"

export interface Difference {
  what: "added" | "removed" | "changed" | "journey"
  step: Step | null
  names: string[]
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
    if ((old.title ?? "") !== (step.title ?? "")) changed.unshift("Title")
    if (!same(sorted(waysOf(mine, id)), sorted(waysOf(theirs, id)))) changed.push("ways")
    if (changed.length) found.push({ what: "changed", step: old, names: changed })
  }
  for (const [id, step] of before) if (!after.has(id)) found.push({ what: "removed", step, names: [] })
  return found
}

const sorted = (one: Record<string, string>) => Object.entries(one).sort()

function touched(a: Record<string, unknown>, b: Record<string, unknown>): string[] {
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].filter((name) => !same(a[name], b[name])).sort()
}
