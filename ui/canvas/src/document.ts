// Editing a journey: every function takes a journey and gives back another; nothing is changed in place.

import type { Journey, Note, Settings, Step, Way } from "./types"

export const CARD = { width: 248, height: 120, gapX: 96, gapY: 48 }

export const stepOf = (journey: Journey, id: string | null): Step | undefined =>
  id === null ? undefined : journey.nodes.find((one) => one.id === id)

/** Where each exit of a step leads. */
export const waysOf = (journey: Journey, id: string): Record<string, string> =>
  Object.fromEntries(journey.edges.filter((one) => one.source === id).map((one) => [one.key, one.target]))

/** By a name that each has, in their order. */
export function grouped<T, K>(all: T[], by: (one: T) => K): Map<K, T[]> {
  const made = new Map<K, T[]>()
  for (const one of all) {
    const there = made.get(by(one))
    if (there) there.push(one)
    else made.set(by(one), [one])
  }
  return made
}

export const wayId = (way: Way): string => `${way.source}→${way.key}`

/** The step at which the journey starts: the named one, else the only one with no way in. */
export function startOf(journey: Journey): string | null {
  if (typeof journey.graph.start === "string" && journey.graph.start) return journey.graph.start
  const ledTo = new Set(journey.edges.map((one) => one.target))
  const roots = journey.nodes.filter((one) => !ledTo.has(one.id))
  return roots.length === 1 ? roots[0].id : null
}

/** An id that nothing has yet: `send`, `send_2`... */
export function freshId(taken: Iterable<string>, base: string): string {
  const known = new Set(taken)
  const clean = base.toLowerCase().replace(/[^a-z0-9_]/g, "_").slice(0, 40) || "step"
  let name = clean
  for (let number = 2; known.has(name); number += 1) name = `${clean}_${number}`
  return name
}

const ids = (journey: Journey) => journey.nodes.map((one) => one.id)

export function addStep(
  journey: Journey,
  kind: string,
  settings: Settings,
  at: { x: number; y: number },
): { journey: Journey; id: string } {
  const id = freshId(ids(journey), kind)
  const step: Step = { id, kind, title: "", settings: structuredClone(settings), x: round(at.x), y: round(at.y) }
  return { journey: { ...journey, nodes: [...journey.nodes, step] }, id }
}

/** Leads the exit to the target, or nowhere: each exit has one way. */
export function connect(journey: Journey, source: string, key: string, target: string | null): Journey {
  const others = journey.edges.filter((one) => one.source !== source || one.key !== key)
  return { ...journey, edges: target === null ? others : [...others, { source, target, key }] }
}

/** Puts the step into the way: what led on now leads to it, and its exit leads on. */
export function insertInto(journey: Journey, way: Way, id: string, exit: string | undefined): Journey {
  const led = connect(journey, way.source, way.key, id)
  return exit === undefined ? led : connect(led, id, exit, way.target)
}

/** Room for a new step: to the right of the given one, below whatever stands there. */
export function placeAfter(journey: Journey, step: Step): { x: number; y: number } {
  const x = (step.x ?? 0) + CARD.width + CARD.gapX
  let y = step.y ?? 0
  const there = journey.nodes.filter((one) => Math.abs((one.x ?? 0) - x) < CARD.width)
  while (there.some((one) => Math.abs((one.y ?? 0) - y) < CARD.height + 20)) y += CARD.height + CARD.gapY
  return { x, y }
}

export function setStep(journey: Journey, id: string, change: Partial<Step>): Journey {
  return { ...journey, nodes: journey.nodes.map((one) => (one.id === id ? { ...one, ...change } : one)) }
}

/** Drops the ways of exits that the step no longer has; an exit that was only renamed keeps its way. */
export function settleWays(journey: Journey, id: string, before: string[], after: string[]): Journey {
  const gone = before.filter((one) => !after.includes(one))
  if (!gone.length) return journey
  const renamed = before.length === after.length ? new Map(gone.map((one) => [one, after[before.indexOf(one)]])) : null
  const edges = journey.edges.flatMap((one) => {
    if (one.source !== id || !gone.includes(one.key)) return [one]
    const name = renamed?.get(one.key)
    return name === undefined ? [] : [{ ...one, key: name }]
  })
  return { ...journey, edges }
}

/** Ways of exits that a step has no more, led from its free exits instead, in order; with none free they stay. */
export function handOver(journey: Journey, told: Record<string, { exits: string[] }>): Journey {
  const renamed = new Map<string, string>()
  const ways = grouped(journey.edges, (one) => one.source)
  for (const step of journey.nodes) {
    const exits = told[step.id]?.exits
    if (!exits) continue
    const led = (ways.get(step.id) ?? []).map((one) => one.key)
    const free = exits.filter((one) => !led.includes(one))
    const gone = led.filter((one) => !exits.includes(one))
    gone.slice(0, free.length).forEach((one, place) => renamed.set(wayId({ source: step.id, key: one, target: "" }), free[place]))
  }
  if (!renamed.size) return journey
  return { ...journey, edges: journey.edges.map((one) => ({ ...one, key: renamed.get(wayId(one)) ?? one.key })) }
}

/** Takes steps, notes and ways out; `heal` joins what a removed step stood between, when it is plain where to. */
export function remove(journey: Journey, gone: Set<string>, ways: Set<string> = new Set(), heal = false): Journey {
  const onward = heal ? bridges(journey, gone) : new Map<string, string>()
  const edges = journey.edges.flatMap((one) => {
    if (gone.has(one.source) || ways.has(wayId(one))) return []
    if (!gone.has(one.target)) return [one]
    const target = onward.get(one.target)
    return target === undefined ? [] : [{ ...one, target }]
  })
  const graph = { ...journey.graph }
  if (typeof graph.start === "string" && gone.has(graph.start)) delete graph.start
  const made: Journey = { ...journey, graph, nodes: journey.nodes.filter((one) => !gone.has(one.id)), edges }
  if (journey.notes) made.notes = journey.notes.filter((one) => !gone.has(one.id))
  return made
}

/** For removed steps that lead to one step that stays: that step. */
export function bridges(journey: Journey, gone: Set<string>): Map<string, string> {
  const found = new Map<string, string>()
  for (const id of gone) {
    const seen = new Set<string>()
    const ends = new Set<string>()
    const look = [id]
    while (look.length) {
      const here = look.pop()!
      if (seen.has(here)) continue
      seen.add(here)
      for (const target of Object.values(waysOf(journey, here))) {
        if (gone.has(target)) look.push(target)
        else ends.add(target)
      }
    }
    if (ends.size === 1) found.set(id, [...ends][0])
  }
  return found
}

/** Whether removing these steps would leave ways that `heal` could join. */
export const canHeal = (journey: Journey, gone: Set<string>): boolean => {
  const onward = bridges(journey, gone)
  return journey.edges.some((one) => !gone.has(one.source) && onward.has(one.target))
}

/** What stands on the clipboard: steps with the ways among them. */
export interface Piece {
  tropa: 1
  nodes: Step[]
  edges: Way[]
  notes: Note[]
}

export function copyOf(journey: Journey, chosen: Set<string>): Piece {
  return {
    tropa: 1,
    nodes: journey.nodes.filter((one) => chosen.has(one.id)),
    edges: journey.edges.filter((one) => chosen.has(one.source) && chosen.has(one.target)),
    notes: (journey.notes ?? []).filter((one) => chosen.has(one.id)),
  }
}

/** Puts a piece in under new ids, its corner at the given place or a little beside where it came from. */
export function paste(
  journey: Journey,
  piece: Piece,
  at: { x: number; y: number } | null,
): { journey: Journey; added: Set<string> } {
  const everything = [...piece.nodes, ...piece.notes]
  if (!everything.length) return { journey, added: new Set() }
  const left = Math.min(...everything.map((one) => one.x ?? 0))
  const top = Math.min(...everything.map((one) => one.y ?? 0))
  const [dx, dy] = at ? [at.x - left, at.y - top] : [48, 48]
  const names = new Map<string, string>()
  const taken = [...ids(journey), ...(journey.notes ?? []).map((one) => one.id)]
  for (const one of everything) {
    const name = freshId([...taken, ...names.values()], one.id.replace(/_\d+$/, ""))
    names.set(one.id, name)
  }
  const moved = <T extends Step | Note>(one: T): T => ({
    ...structuredClone(one), id: names.get(one.id)!, x: round((one.x ?? 0) + dx), y: round((one.y ?? 0) + dy),
  })
  const ways = piece.edges.flatMap((one) => {
    const [source, target] = [names.get(one.source), names.get(one.target)]
    return source && target ? [{ ...one, source, target }] : []
  })
  const made: Journey = {
    ...journey, nodes: [...journey.nodes, ...piece.nodes.map(moved)], edges: [...journey.edges, ...ways],
  }
  if (piece.notes.length) made.notes = [...(journey.notes ?? []), ...piece.notes.map(moved)]
  return { journey: made, added: new Set(names.values()) }
}

export function readPiece(text: string): Piece | null {
  try {
    const found = JSON.parse(text)
    return found?.tropa === 1 && Array.isArray(found.nodes) && Array.isArray(found.edges)
      ? { tropa: 1, nodes: found.nodes, edges: found.edges, notes: found.notes ?? [] }
      : null
  } catch {
    return null
  }
}

export function moveTo(journey: Journey, places: Map<string, { x: number; y: number }>): Journey {
  const placed = <T extends Step | Note>(one: T): T => {
    const at = places.get(one.id)
    return at ? { ...one, x: round(at.x), y: round(at.y) } : one
  }
  const made = { ...journey, nodes: journey.nodes.map(placed) }
  if (journey.notes) made.notes = journey.notes.map(placed)
  return made
}

export const round = (value: number): number => Math.round(value)
