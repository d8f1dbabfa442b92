// Which versions went out from here and have not been heard of since: to know them when the server shows one without
// saying whose it is. A version is known by its mark, so that a page that is loaded anew knows those of the one before.

import { textOf } from "./canonical"
import type { Journey } from "./types"

/** So many are remembered. */
const MOST = 60

export class Sent {
  /** Journeys are never changed in place, so their marks are made only when somebody asks. */
  private own: { journey: Journey; localRev: number }[] = []
  private earlier: string[] = []
  private readonly made = new WeakMap<Journey, string>()

  add(journey: Journey, localRev: number): void {
    if (this.own.at(-1)?.journey === journey) return
    this.own = [...this.own.slice(1 - MOST), { journey, localRev }]
  }

  /** The server has it up to here: if one from before shows up again, somebody else has gone back to it. */
  arrived(localRev: number): void {
    this.own = this.own.filter((one) => one.localRev >= localRev)
    this.earlier = []
  }

  /** What the page before this one had sent, and the version that it left behind. */
  before(marks: string[] | undefined, left: Journey): void {
    this.earlier = [...(marks ?? []), markOf(left)]
  }

  has(journey: Journey): boolean {
    return this.marks().includes(markOf(journey))
  }

  marks(): string[] {
    return [...this.earlier, ...this.own.map((one) => this.markOf(one.journey))].slice(-MOST)
  }

  private markOf(journey: Journey): string {
    const mark = this.made.get(journey) ?? markOf(journey)
    this.made.set(journey, mark)
    return mark
  }
}

/** Two 32-bit FNV-1a sums over the text from different beginnings, and its length. */
function markOf(journey: Journey): string {
  const text = textOf(journey)
  let [one, two] = [0x811c9dc5, 0x9747b28c]
  for (let at = 0; at < text.length; at += 1) {
    const letter = text.charCodeAt(at)
    one = Math.imul(one ^ letter, 0x01000193)
    two = Math.imul(two ^ letter, 0x01000193)
  }
  return [one >>> 0, two >>> 0, text.length].map((part) => part.toString(36)).join("-")
}
