// What every part of the canvas reaches for: the journey at hand, the words, the kinds of steps.

import { createContext, useContext, useSyncExternalStore, type ReactNode } from "react"

import type { Desk } from "./desk"
import { exitsOf, pressed } from "./exits"
import type { Shown } from "./steady"
import type { Json, Kind, Step } from "./types"

export type Act = (action: { name: string; asked: number; [more: string]: Json }) => void

/** Words and numbers in the reader's language: for what is drawn hundreds of times, and need not follow anything else. */
export interface Words {
  t: (text: string, values?: Record<string, string | number>) => string
  exitName: (exit: string) => string
  /** A number as short as it can be said. */
  short: (value: number) => string
}

export interface Around extends Words {
  data: Shown
  desk: Desk
  kinds: Map<string, Kind>
  words: Words
  /** Sends a wish of the person to Python, with everything written so far. */
  ask: (name: string, more?: Record<string, Json>) => number
  titleOf: (step: Step) => string
  exits: (step: Step) => string[]
  /** How an exit of a step is called. */
  wayOut: (step: string, exit: string) => string
}

const Context = createContext<Around | null>(null)
const WordsContext = createContext<Words | null>(null)

export function AroundOf({ value, words, children }: { value: Around; words: Words; children: ReactNode }) {
  return (
    <WordsContext.Provider value={words}>
      <Context.Provider value={value}>{children}</Context.Provider>
    </WordsContext.Provider>
  )
}

export function useAround(): Around {
  return found(useContext(Context))
}

export function useWords(): Words {
  return found(useContext(WordsContext))
}

function found<T>(one: T | null): T {
  if (!one) throw new Error("outside of the canvas")
  return one
}

/** The journey as it stands; the caller is drawn anew with every change. */
export function useJourney(desk: Desk) {
  useSyncExternalStore(desk.subscribe, desk.snapshot)
  return desk.journey
}

const plain = (name: string) => name.replaceAll("_", " ")

export function wordsOf(labels: Record<string, string>, exitNames: Record<string, string>, language: string): Words {
  const number = new Intl.NumberFormat(language, { notation: "compact", maximumFractionDigits: 1 })
  return {
    t(text, values = {}) {
      const known = labels[text] ?? text
      return known.replace(/\{(\w+)\}/g, (hole, name) => String(values[name] ?? hole))
    },
    exitName: (exit) => exitNames[exit] ?? plain(exit),
    short: (value) => number.format(value),
  }
}

let asked = 0

export function around(data: Shown, desk: Desk, act: Act, words: Words): Around {
  const kinds = new Map(data.kinds.map((one) => [one.kind, one]))
  return {
    ...words,
    words,
    data,
    desk,
    kinds,
    ask(name, more = {}) {
      desk.flush()
      asked = Math.max(asked + 1, Date.now())
      act({ name, asked, draft: desk.draft() as unknown as Json, ...more })
      return asked
    },
    titleOf: (step) => step.title || kinds.get(step.kind)?.title || plain(step.kind),
    wayOut: (step, exit) => pressed(desk.journey, step)?.[exit] ?? words.exitName(exit),
    exits: (step) => exitsOf(kinds.get(step.kind), step, data.told[step.id], desk.rowsThen.get(step.id)),
  }
}
