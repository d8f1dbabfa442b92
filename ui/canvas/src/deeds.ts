// Deleting, inserting and the like as a person means them: each is one step back in the history.

import {
  addStep, canHeal, connect, copyOf, insertInto, paste, placeAfter, readPiece, remove, settleWays, setStep, stepOf,
  wayId, type Piece,
} from "./document"
import type { Around } from "./around"
import { tidy, type Sizes } from "./layout"
import type { Settings, Step, Way } from "./types"

export type Place = { x: number; y: number }
/** Where a new step goes: freely, after an exit of a step, or into a way. */
export type Where = { at?: Place; after?: { id: string; exit: string }; into?: Way }

/** The clipboard of this tab: another journey in the same tab finds it even where the browser forbids its own. */
let clipboard: Piece | null = null

export function add({ desk, kinds, exits }: Around, kind: string, where: Where): string {
  const known = kinds.get(kind)
  let { journey } = desk
  const source = stepOf(journey, where.after?.id ?? where.into?.source ?? null)
  const at = where.at ?? (source ? placeAfter(journey, source) : { x: 0, y: 0 })
  const made = addStep(journey, kind, known?.begins ?? {}, at)
  journey = made.journey
  const exit = exits(stepOf(journey, made.id)!)[0]
  if (where.into) journey = insertInto(journey, where.into, made.id, exit)
  else if (where.after) journey = connect(journey, where.after.id, where.after.exit, made.id)
  desk.commit(journey)
  return made.id
}

export function link({ desk }: Around, source: string, key: string, target: string | null): void {
  if (target !== source) desk.commit(connect(desk.journey, source, key, target))
}

export function erase({ desk }: Around, gone: Set<string>, ways: Set<string>): { heals: boolean } {
  const heals = canHeal(desk.journey, gone)
  desk.commit(remove(desk.journey, gone, ways))
  return { heals }
}

/** After an erasing whose gap could be closed: the same erasing with the gap closed, still one step back. */
export function heal({ desk }: Around, gone: Set<string>, ways: Set<string>): void {
  desk.undo()
  desk.commit(remove(desk.journey, gone, ways, true))
}

export function dropWay({ desk }: Around, way: Way): void {
  desk.commit(remove(desk.journey, new Set(), new Set([wayId(way)])))
}

export function copy({ desk }: Around, chosen: Set<string>): string | null {
  const piece = copyOf(desk.journey, chosen)
  if (!piece.nodes.length && !piece.notes.length) return null
  clipboard = piece
  return JSON.stringify(piece)
}

export function pasteText({ desk, kinds }: Around, text: string | null, at: Place | null): Set<string> {
  const piece = (text && readPiece(text)) || clipboard
  if (!piece) return new Set()
  const known = { ...piece, nodes: piece.nodes.filter((one) => kinds.has(one.kind)) }
  const { journey, added } = paste(desk.journey, known, at)
  desk.commit(journey)
  return added
}

export function duplicate({ desk }: Around, chosen: Set<string>): Set<string> {
  const { journey, added } = paste(desk.journey, copyOf(desk.journey, chosen), null)
  desk.commit(journey)
  return added
}

/** Other settings for a step; ways of exits that are gone go with them, renamed exits keep theirs. */
export function setSettings(around: Around, step: Step, settings: Settings, what: string): void {
  const { desk, exits } = around
  const before = exits(step)
  const journey = setStep(desk.journey, step.id, { settings })
  const after = exits({ ...step, settings })
  desk.commit(settleWays(journey, step.id, before, after), `${step.id} ${what}`)
}

export function tidyUp({ desk }: Around, sizes: Sizes): void {
  const places = tidy(desk.journey, sizes)
  desk.commit({
    ...desk.journey,
    nodes: desk.journey.nodes.map((one) => ({ ...one, ...places.get(one.id) })),
  })
}
