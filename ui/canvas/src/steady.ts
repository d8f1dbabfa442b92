// Python sends everything anew each time; what says the same keeps its identity here, so that nothing is drawn again for it.

import type { Data } from "./types"

/** What is drawn from; the document itself and whose save it is are the desk's matter. */
export type Shown = Omit<Data, "document" | "revision" | "saved">

export function shownOf({ document, revision, saved, ...rest }: Data): Shown {
  return rest
}

/** The new value, with every part of it that equals the old one's part replaced by that. */
export function steady<T>(old: unknown, now: T): T {
  if (old === now || typeof now !== "object" || now === null || typeof old !== "object" || old === null) return now
  if (Array.isArray(now)) return Array.isArray(old) ? list(old, now) : now
  if (Array.isArray(old)) return now
  const before = old as Record<string, unknown>
  const parts = now as Record<string, unknown>
  const names = Object.keys(parts)
  let same = names.length === Object.keys(before).length
  const made: Record<string, unknown> = {}
  for (const name of names) {
    made[name] = steady(before[name], parts[name])
    same &&= made[name] === before[name] && name in before
  }
  return (same ? old : made) as T
}

function list<T>(old: unknown[], now: T): T {
  const made = (now as unknown[]).map((one, place) => steady(old[place], one))
  return (made.length === old.length && made.every((one, place) => one === old[place]) ? old : made) as T
}
