// The working copy of a journey. It lives outside React and outside the page's elements, so that no redrawing,
// page switch or restart of the server loses it; it is the one place that decides whose version stands.

import { textOf } from "./canonical"
import { handOver, moveTo } from "./document"
import { rowExits } from "./exits"
import { begin, redo, remember, undo, type History } from "./history"
import { Sent } from "./sent"
import { steady } from "./steady"
import type { Data, Draft, Journey, Told } from "./types"

export const DEBOUNCE_MS = 300
/** How long a change may stand without lying on the shelf: who types is not held up at each letter. */
export const SHELVE_MS = 1000

export type Send = (draft: Draft) => void
export interface Shelf {
  read: (docId: string) => string | null
  write: (docId: string, text: string | null) => void
}

export class Desk {
  readonly client = crypto.randomUUID()
  journey: Journey
  baseRev: string
  /** What `baseRev` holds: who has changed nothing since has nothing to lose. */
  private base: Journey
  localRev = 0
  savedRev = 0
  sentRev = 0
  /** Somebody else's version that waits for a decision. */
  theirs: { revision: string; document: Journey } | null = null
  history: History<Journey> = begin()
  /** Rises with every change that a drawing must follow. */
  version = 0
  /** The way to Python; none while the canvas is off the page. */
  private send: Send | null = null
  private canvas: object | null = null
  /** Exits by rows of each step when Python last told of it: what is left of the told ones is fixed. */
  rowsThen = new Map<string, string[]>()
  private toldThen: Record<string, Told> | null = null
  /** Where the person looks, so that coming back to the page shows the same. */
  look: { viewport: { x: number; y: number; zoom: number } | null; chosen: string[]; settings: boolean } = {
    viewport: null, chosen: [], settings: false,
  }
  private timer: ReturnType<typeof setTimeout> | undefined
  private shelving: ReturnType<typeof setTimeout> | undefined
  private readonly sent = new Sent()
  private listeners = new Set<() => void>()

  constructor(
    readonly docId: string,
    data: Data,
    private readonly shelf: Shelf,
    private readonly now: () => number = Date.now,
  ) {
    this.journey = data.document
    this.baseRev = data.revision
    this.base = data.document
    if (!data.readOnly) this.restore(data)
    this.learn(data)
  }

  /** Remembers which rows stood in the settings that Python's exits are of. */
  private learn(data: Data): void {
    if (data.told === this.toldThen) return
    this.toldThen = data.told
    const kinds = new Map(data.kinds.map((one) => [one.kind, one]))
    const before = this.rowsThen
    this.rowsThen = new Map(
      data.document.nodes.map((one) => [one.id, steady(before.get(one.id), rowExits(kinds.get(one.kind), one.settings ?? {}))]),
    )
  }

  get dirty(): boolean {
    return this.localRev > this.savedRev
  }

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  snapshot = (): number => this.version

  private changed(): void {
    this.version += 1
    for (const one of this.listeners) one()
  }

  /** A change by the person. `what` names the place that is typed in; changes of one place join into one step back. */
  commit(next: Journey, what = ""): void {
    if (next === this.journey) return
    this.history = remember(this.history, this.journey, what, this.now())
    this.put(next)
  }

  /** Places for steps that had none of their own: how the board shows them, not a change by the person. */
  arrange(places: Map<string, { x: number; y: number }>): void {
    this.journey = moveTo(this.journey, places)
    this.changed()
  }

  undo(): void {
    const back = undo(this.history, this.journey)
    if (!back) return
    this.history = back.history
    this.put(back.present)
  }

  redo(): void {
    const forth = redo(this.history, this.journey)
    if (!forth) return
    this.history = forth.history
    this.put(forth.present)
  }

  private put(next: Journey): void {
    this.journey = next
    this.localRev += 1
    this.shelving ??= setTimeout(() => this.keep(), SHELVE_MS)
    this.changed()
    this.schedule()
  }

  private schedule(): void {
    clearTimeout(this.timer)
    this.timer = setTimeout(() => this.flush(), DEBOUNCE_MS)
  }

  /** Sends what has not been sent; called on blur, when the page is left, and before every action. */
  flush(): void {
    clearTimeout(this.timer)
    this.timer = undefined
    if (this.shelving !== undefined) this.keep()
    if (this.dirty && this.sentRev < this.localRev && !this.theirs) this.emit()
  }

  draft(): Draft {
    return {
      docId: this.docId,
      client: this.client,
      localRev: this.localRev,
      baseRev: this.baseRev,
      document: this.journey,
    }
  }

  private emit(): void {
    if (!this.send) return
    this.sentRev = this.localRev
    this.sent.add(this.journey, this.localRev)
    this.send(this.draft())
  }

  /** A canvas is on the page; what went by one that is gone may never have come, and goes once more. */
  speak(canvas: object, send: Send): void {
    const anew = this.canvas !== canvas
    this.canvas = canvas
    this.send = send
    if (!anew || !this.dirty) return
    this.sentRev = this.savedRev
    this.schedule()
  }

  /** A canvas is taken off the page: what is changed from now on waits for the next, which may be there already. */
  hush(canvas: object): void {
    this.flush()
    if (this.canvas === canvas) this.send = null
  }

  /** What Python shows: our own saves are taken note of, others' are followed or asked about. */
  hear(data: Data): void {
    this.learn(data)
    const { revision, document, saved } = data
    if (data.readOnly) return this.follow(revision, document)
    if (saved?.client === this.client) {
      this.savedRev = Math.max(this.savedRev, saved.localRev)
      this.stand(revision, document)
      this.sent.arrived(this.savedRev)
      this.keep()
      this.settle(data)
    }
    if (revision === this.baseRev) {
      if (saved?.client !== this.client) this.again(data)
      return this.changed()
    }
    this.meet(data)
    this.changed()
  }

  /** Another revision than ours: a quarrel only when both sides say something that the other does not know. */
  private meet(data: Data): void {
    const { revision, document } = data
    const [theirs, mine, base] = [document, this.journey, this.base].map(textOf)
    if (this.dirty && (theirs === base || this.sent.has(document))) {
      // Our own save whose answer never came, or a save that changed nothing: nobody stands in the way.
      this.stand(revision, document)
      this.again(data)
    } else if (!this.dirty || mine === base) this.follow(revision, document)
    else if (theirs === mine) {
      this.savedRev = this.localRev
      this.stand(revision, document)
      this.keep()
    } else this.theirs = { revision, document }
  }

  private stand(revision: string, document: Journey): void {
    this.baseRev = revision
    this.base = document
  }

  /** Ways of exits that the settings no longer have go over to the new ones: «done» to «happened» when a wait listens. */
  private settle(data: Data): void {
    if (this.dirty || data.trouble) return
    const next = handOver(this.journey, data.told)
    if (next !== this.journey) this.put(next)
  }

  /** The server knows nothing of our newest version (it was restarted, or the line was down): tell it again. */
  private again(data: Data): void {
    if (!this.dirty || data.trouble) return
    this.sentRev = Math.min(this.sentRev, this.localRev - 1)
    this.schedule()
  }

  private follow(revision: string, document: Journey): void {
    if (revision !== this.baseRev) {
      this.history = remember(this.history, this.journey, "", this.now())
      this.journey = document
      this.stand(revision, document)
      this.savedRev = this.localRev
      this.keep()
    }
    this.changed()
  }

  keepMine(): void {
    if (!this.theirs) return
    this.stand(this.theirs.revision, this.theirs.document)
    this.theirs = null
    this.localRev += 1
    this.changed()
    this.flush()
  }

  /** Takes over the other version; one undo brings one's own back. */
  takeTheirs(): void {
    if (!this.theirs) return
    const { revision, document } = this.theirs
    this.theirs = null
    this.history = remember(this.history, this.journey, "", this.now())
    this.journey = document
    this.stand(revision, document)
    this.localRev += 1
    this.savedRev = this.localRev
    this.keep()
    this.changed()
    this.emit()
  }

  /** Unsaved work survives a reload of the page on the browser's shelf for this tab. */
  private keep(): void {
    clearTimeout(this.shelving)
    this.shelving = undefined
    const text = this.dirty ? JSON.stringify({ baseRev: this.baseRev, document: this.journey, sent: this.sent.marks() }) : null
    this.shelf.write(this.docId, text)
  }

  private restore(data: Data): void {
    const text = this.shelf.read(this.docId)
    if (!text) return
    try {
      const kept = JSON.parse(text) as { baseRev: string; document: Journey; sent: string[] }
      if (textOf(kept.document) === textOf(data.document)) return this.shelf.write(this.docId, null)
      this.history = remember(this.history, data.document, "", this.now())
      this.journey = kept.document
      this.localRev = 1
      // The page before this one may still be heard, with what it sent last and with what it sent on leaving.
      this.sent.before(kept.sent, kept.document)
      if (kept.baseRev === data.revision || this.sent.has(data.document)) this.schedule()
      else this.theirs = { revision: data.revision, document: data.document }
    } catch {
      this.shelf.write(this.docId, null)
    }
  }
}
