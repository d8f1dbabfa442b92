// What is open over the board just now, and which way the pointer is over; each way listens for itself alone.

import { createContext, useContext, useSyncExternalStore } from "react"

import type { Where } from "../deeds"

export type Anchor = Element | { x: number; y: number }

export class Over {
  /** The way under the pointer, and the one into which what is dragged would go. */
  private seen: { hovered: string | null; target: string | null; way: string[] } = { hovered: null, target: null, way: [] }
  private listeners = new Set<() => void>()

  subscribe = (listener: () => void) => {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  get target(): string | null {
    return this.seen.target
  }

  get hovered(): string | null {
    return this.seen.hovered
  }

  /** The steps on whose way the chosen problem happens. */
  get way(): string[] {
    return this.seen.way
  }

  leads(source: string, target: string): boolean {
    return this.seen.way.some((one, place) => one === source && this.seen.way[place + 1] === target)
  }

  set(change: Partial<Over["seen"]>): void {
    if (Object.entries(change).every(([name, value]) => this.seen[name as "target"] === value)) return
    this.seen = { ...this.seen, ...change }
    for (const one of this.listeners) one()
  }
}

export interface Open {
  over: Over
  quickAdd: (where: Where, anchor: Anchor) => void
}

export const OpenContext = createContext<Open>({ over: new Over(), quickAdd() {} })
export const useOpen = (): Open => useContext(OpenContext)

export function useOver(id: string, from: string, to: string): { hovered: boolean; target: boolean; onWay: boolean } {
  const { over } = useOpen()
  const hovered = useSyncExternalStore(over.subscribe, () => over.hovered === id)
  const target = useSyncExternalStore(over.subscribe, () => over.target === id)
  const onWay = useSyncExternalStore(over.subscribe, () => over.leads(from, to))
  return { hovered, target, onWay }
}

/** Whether a step lies on the way of the chosen problem. */
export function useOnWay(id: string): boolean {
  const { over } = useOpen()
  return useSyncExternalStore(over.subscribe, () => over.way.includes(id))
}
