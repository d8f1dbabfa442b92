// Undo and redo by what a person did: typing in one place is one step back.

export interface History<T> {
  past: T[]
  future: T[]
  /** What was changed last, so that more of the same joins it. */
  last: string
  at: number
}

const DEPTH = 200
/** A pause longer than this begins a new step back. */
const PAUSE_MS = 1500

export const begin = <T>(): History<T> => ({ past: [], future: [], last: "", at: 0 })

/** Remembers what was before a change; `what` names the place that was typed in, empty for everything else. */
export function remember<T>(history: History<T>, before: T, what: string, now: number): History<T> {
  const joins = what !== "" && what === history.last && now - history.at < PAUSE_MS && history.past.length > 0
  const past = joins ? history.past : [...history.past.slice(-DEPTH + 1), before]
  return { past, future: [], last: what, at: now }
}

export function undo<T>(history: History<T>, present: T): { history: History<T>; present: T } | null {
  const before = history.past.at(-1)
  if (before === undefined) return null
  return {
    present: before,
    history: { past: history.past.slice(0, -1), future: [present, ...history.future], last: "", at: 0 },
  }
}

export function redo<T>(history: History<T>, present: T): { history: History<T>; present: T } | null {
  const [after, ...future] = history.future
  if (after === undefined) return null
  return { present: after, history: { past: [...history.past, present], future, last: "", at: 0 } }
}
