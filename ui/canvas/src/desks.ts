// Every desk of this tab: one for each journey that is drawn or looked at.

import { Desk, type Shelf } from "./desk"
import type { Data } from "./types"

const desks = new Map<string, Desk>()

/** The one desk of a journey in this tab. */
export function deskOf(data: Data, shelf: Shelf): Desk {
  const name = `${data.readOnly ? "look" : "edit"}:${data.docId}`
  let desk = desks.get(name)
  if (!desk) {
    desk = new Desk(data.docId, data, shelf)
    desks.set(name, desk)
  } else desk.hear(data)
  return desk
}

/** Everything unsaved in this tab goes out, as when the page is hidden or left. */
export function flushAll(): void {
  for (const one of desks.values()) one.flush()
}

/** Whether something in this tab has not reached the server yet. */
export function unsaved(): boolean {
  return [...desks.values()].some((one) => one.dirty && !one.theirs)
}
