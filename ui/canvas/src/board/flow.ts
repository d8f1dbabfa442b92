// From a journey to what React Flow draws; what did not change keeps its identity, so that it is not drawn again.

import { MarkerType, type Edge, type Node } from "@xyflow/react"

import type { Around } from "../around"
import { grouped, startOf, wayId } from "../document"
import { pressed } from "../exits"
import type { Count, Journey, Kind, Note, Problem, Step, Way } from "../types"

export interface ExitView {
  name: string
  label: string
  led: boolean
  /** Led on, though the settings have no such exit any more. */
  stale: boolean
  problem: boolean
  count: number | null
}

export interface ButtonView {
  id: string
  title: string
  /** Whether an answer step after the message already has a way for it. */
  led: boolean
}

export type StepData = {
  step: Step
  kind: Kind | undefined
  title: string
  sentence: string
  exits: ExitView[]
  buttons: ButtonView[]
  problems: Problem[]
  count: Count | null
  first: boolean
  readOnly: boolean
}
export type StepNode = Node<StepData, "step">
export type NoteNode = Node<{ note: Note; readOnly: boolean }, "note">
export type AnyNode = StepNode | NoteNode
export type WayEdge = Edge<{ way: Way; count: number | null; label: string; readOnly: boolean }, "way">

export function nodesOf(around: Around, journey: Journey, old: AnyNode[]): AnyNode[] {
  const known = new Map(old.map((one) => [one.id, one]))
  const first = startOf(journey)
  const led = ledOf(journey.edges)
  const wrong = wrongOf(around.data.problems)
  const steps = new Map(journey.nodes.map((one) => [one.id, one]))
  const cards = journey.nodes.map((step) => {
    const was = known.get(step.id)
    const data = cardOf(around, was, {
      step, led: led.get(step.id) ?? NOWHERE, problems: wrong.get(step.id) ?? NO_PROBLEMS, first: step.id === first, steps,
    })
    const position = { x: step.x ?? 0, y: step.y ?? 0 }
    if (was?.data === data && was.position.x === position.x && was.position.y === position.y) return was as StepNode
    const ariaLabel = `${data.kind?.title ?? step.kind}: ${data.title}. ${data.sentence}`
    return { ...was, id: step.id, type: "step" as const, position, data, ariaLabel } as StepNode
  })
  const notes = (journey.notes ?? []).map((note) => noteOf(note, around.data.readOnly, known.get(note.id)))
  return [...notes, ...cards]
}

function noteOf(note: Note, readOnly: boolean, was: AnyNode | undefined): NoteNode {
  const [width, height] = [note.w ?? 200, note.h ?? 110]
  if (was?.type === "note" && was.data.note === note && was.data.readOnly === readOnly && was.position.x === note.x && was.position.y === note.y) return was
  return {
    ...(was as NoteNode | undefined),
    id: note.id, type: "note", position: { x: note.x, y: note.y }, width, height, zIndex: -1, data: { note, readOnly },
  }
}

const NOWHERE: Record<string, string> = {}
const NO_PROBLEMS: Problem[] = []
const ledBy = new WeakMap<Way[], Map<string, Record<string, string>>>()
const wrongBy = new WeakMap<Problem[], Map<string | null, Problem[]>>()

/** Where the exits of each step lead; the same ways give the same answer. */
function ledOf(edges: Way[]): Map<string, Record<string, string>> {
  const found = ledBy.get(edges)
  if (found) return found
  const made = new Map<string, Record<string, string>>()
  for (const { source, key, target } of edges) {
    const ways = made.get(source)
    if (ways) ways[key] = target
    else made.set(source, { [key]: target })
  }
  ledBy.set(edges, made)
  return made
}

function wrongOf(problems: Problem[]): Map<string | null, Problem[]> {
  const made = wrongBy.get(problems) ?? grouped(problems, (one) => one.node)
  wrongBy.set(problems, made)
  return made
}

interface Making {
  step: Step
  led: Record<string, string>
  problems: Problem[]
  first: boolean
  steps: Map<string, Step>
}

/** Of what each card was made: while all of it is the same, so is the card, and nothing need be looked into. */
const madeOf = new WeakMap<StepData, unknown[]>()

function cardOf(around: Around, was: AnyNode | undefined, making: Making): StepData {
  const { step, led, problems, first } = making
  const { data, kinds, words, desk } = around
  const next = nextAnswer(making)
  const parts = [
    step, led, problems, first, next, Object.values(pressed(desk.journey, step.id) ?? {}).join(), kinds.get(step.kind), data.told[step.id], data.counts?.[step.id], data.readOnly, words, desk.rowsThen.get(step.id),
  ]
  const before = was?.type === "step" ? was.data : undefined
  if (before && madeOf.get(before)?.every((one, place) => one === parts[place])) return before
  const fresh = stepData(around, making, next)
  const made = before && alike(before, fresh) ? before : fresh
  madeOf.set(made, parts)
  return made
}

/** Whether two cards show the same; a step's own object is never changed in place, so it need not be looked into. */
function alike(a: StepData, b: StepData): boolean {
  const shown = ({ title, sentence, exits, buttons, problems, count, first, readOnly }: StepData) =>
    JSON.stringify([title, sentence, exits, buttons, problems, count, first, readOnly])
  return a.step === b.step && a.kind === b.kind && shown(a) === shown(b)
}

function stepData(around: Around, { step, led, problems, first }: Making, next: Step | undefined): StepData {
  const { data, kinds } = around
  const count = data.counts?.[step.id] ?? null
  const exits = around.exits(step)
  const stale = Object.keys(led).filter((one) => !exits.includes(one))
  return {
    step,
    kind: kinds.get(step.kind),
    title: around.titleOf(step),
    sentence: data.told[step.id]?.sentence ?? "",
    exits: [...exits, ...stale].map((name) => ({
      name,
      label: around.wayOut(step.id, name),
      led: name in led,
      stale: !exits.includes(name),
      problem: problems.some((one) => one.exit === name && one.level === "error"),
      count: count ? (count.left?.[name] ?? 0) : null,
    })),
    buttons: buttonsOf(step, next),
    problems,
    count,
    first,
    readOnly: data.readOnly,
  }
}

/** The answer step after a message with buttons. */
function nextAnswer({ step, led, steps }: Making): Step | undefined {
  if (!Array.isArray(step.settings?.buttons)) return undefined
  return Object.values(led).map((id) => steps.get(id)).find((one) => one?.settings?.branches)
}

/** Reply buttons of a message: each can be led on from the card, by way of an answer step after it. */
function buttonsOf(step: Step, next: Step | undefined): ButtonView[] {
  const buttons = step.settings?.buttons
  if (!Array.isArray(buttons)) return []
  const branches = (next?.settings?.branches ?? []) as { buttons?: string[] }[]
  return buttons.flatMap((one: any) =>
    one && typeof one === "object" && !one.url && !one.copy
      ? [{
          id: String(one.id ?? ""),
          title: String(one.title || one.id || "…"),
          led: branches.some((branch) => branch.buttons?.includes(one.id)),
        }]
      : [],
  )
}

export function edgesOf(around: Around, journey: Journey, old: WayEdge[]): WayEdge[] {
  const known = new Map(old.map((one) => [one.id, one]))
  const there = new Set(journey.nodes.map((one) => one.id))
  const { counts, readOnly } = around.data
  const made = journey.edges
    .filter((way) => there.has(way.source) && there.has(way.target))
    .map((way): WayEdge => {
      const id = wayId(way)
      const count = counts?.[way.source]?.left?.[way.key] ?? null
      const label = around.wayOut(way.source, way.key)
      const was = known.get(id)
      if (was && was.data?.way === way && was.data.count === count && was.data.label === label && was.data.readOnly === readOnly) return was
      const markerEnd = { type: MarkerType.ArrowClosed, width: 15, height: 15 }
      const fresh = { id, type: "way" as const, markerEnd, source: way.source, target: way.target, sourceHandle: way.key }
      return { ...was, ...fresh, reconnectable: readOnly ? false : "target", data: { way, count, label, readOnly } }
    })
  return made.length === old.length && made.every((one, place) => one === old[place]) ? old : made
}
