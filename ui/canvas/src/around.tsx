// What every part of the canvas reaches for: the journey at hand, the words, the kinds of steps.

import { createContext, useContext, useSyncExternalStore, type ReactNode } from "react"

import type { Desk } from "./desk"
import { exitsOf } from "./exits"
import type { Data, Json, Kind, Step } from "./types"

export type Act = (action: { name: string; asked: number; [more: string]: Json }) => void

export interface Around {
  data: Data
  desk: Desk
  kinds: Map<string, Kind>
  /** Sends a wish of the person to Python, with everything written so far. */
  ask: (name: string, more?: Record<string, Json>) => number
  t: (text: string, values?: Record<string, string | number>) => string
  exitName: (exit: string) => string
  titleOf: (step: Step) => string
  exits: (step: Step) => string[]
}

const Context = createContext<Around | null>(null)

export function AroundOf({ value, children }: { value: Around; children: ReactNode }) {
  return <Context.Provider value={value}>{children}</Context.Provider>
}

export function useAround(): Around {
  const found = useContext(Context)
  if (!found) throw new Error("outside of the canvas")
  return found
}

/** The journey as it stands; the caller is drawn anew with every change. */
export function useJourney(desk: Desk) {
  useSyncExternalStore(desk.subscribe, desk.snapshot)
  return desk.journey
}

let asked = 0

export function around(data: Data, desk: Desk, act: Act): Around {
  const kinds = new Map(data.kinds.map((one) => [one.kind, one]))
  const plain = (name: string) => name.replaceAll("_", " ")
  return {
    data,
    desk,
    kinds,
    ask(name, more = {}) {
      desk.flush()
      asked = Math.max(asked + 1, Date.now())
      act({ name, asked, draft: desk.draft() as unknown as Json, ...more })
      return asked
    },
    t(text, values = {}) {
      const known = data.labels[text] ?? text
      return known.replace(/\{(\w+)\}/g, (hole, name) => String(values[name] ?? hole))
    },
    exitName: (exit) => data.exitNames[exit] ?? plain(exit),
    titleOf: (step) => step.title || kinds.get(step.kind)?.title || plain(step.kind),
    exits: (step) => exitsOf(kinds.get(step.kind), step, data.told[step.id], desk.rowsThen.get(step.id)),
  }
}
