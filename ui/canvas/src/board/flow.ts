// From a journey to what React Flow draws; what did not change keeps its identity, so that it is not drawn again.

import { MarkerType, type Edge, type Node } from "@xyflow/react"

import type { Around } from "../around"
import { startOf, wayId } from "../document"
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
  const wrong = Map.groupBy(around.data.problems, (one) => one.node)
  const led = new Map<string, Record<string, string>>()
  for (const { source, key, target } of journey.edges) led.set(source, { ...led.get(source), [key]: target })
  const steps = journey.nodes.map((step) => {
    const data = stepData(around, journey, step, led.get(step.id) ?? {}, wrong.get(step.id) ?? [], step.id === first)
    return kept(known.get(step.id), {
      id: step.id,
      type: "step",
      position: { x: step.x ?? 0, y: step.y ?? 0 },
      data,
      ariaLabel: `${data.kind?.title ?? step.kind}: ${data.title}. ${data.sentence}`,
    }) as StepNode
  })
  const notes = (journey.notes ?? []).map(
    (note) =>
      kept(known.get(note.id), {
        id: note.id,
        type: "note",
        position: { x: note.x, y: note.y },
        width: note.w ?? 200,
        height: note.h ?? 110,
        zIndex: -1,
        data: { note, readOnly: around.data.readOnly },
      }) as NoteNode,
  )
  return [...notes, ...steps]
}

/** The old node where it says the same; else the new one, with what React Flow measured of the old one. */
function kept(old: AnyNode | undefined, made: AnyNode): AnyNode {
  if (!old) return made
  const same = old.type === "step" && made.type === "step" ? alike(old.data, made.data) : JSON.stringify(old.data) === JSON.stringify(made.data)
  const there = old.position.x === made.position.x && old.position.y === made.position.y
  if (same && there && old.width === made.width && old.height === made.height) return old
  return { ...old, ...made, data: same ? old.data : made.data } as AnyNode
}

/** Whether two cards show the same; a step's own object is never changed in place, so it need not be looked into. */
function alike(a: StepData, b: StepData): boolean {
  const shown = ({ title, sentence, exits, buttons, problems, count, first, readOnly }: StepData) =>
    JSON.stringify([title, sentence, exits, buttons, problems, count, first, readOnly])
  return a.step === b.step && a.kind?.kind === b.kind?.kind && a.kind?.title === b.kind?.title && shown(a) === shown(b)
}

function stepData(around: Around, journey: Journey, step: Step, led: Record<string, string>, problems: Problem[], first: boolean): StepData {
  const { data, kinds } = around
  const kind = kinds.get(step.kind)
  const count = data.counts?.[step.id] ?? null
  const exits = around.exits(step)
  const stale = Object.keys(led).filter((one) => !exits.includes(one))
  return {
    step,
    kind,
    title: around.titleOf(step),
    sentence: data.told[step.id]?.sentence ?? "",
    exits: [...exits, ...stale].map((name) => ({
      name,
      label: around.exitName(name),
      led: name in led,
      stale: !exits.includes(name),
      problem: problems.some((one) => one.exit === name && one.level === "error"),
      count: count ? (count.left?.[name] ?? 0) : null,
    })),
    buttons: buttonsOf(journey, step, led),
    problems,
    count,
    first,
    readOnly: data.readOnly,
  }
}

/** Reply buttons of a message: each can be led on from the card, by way of an answer step after it. */
function buttonsOf(journey: Journey, step: Step, led: Record<string, string>): ButtonView[] {
  const buttons = step.settings?.buttons
  if (!Array.isArray(buttons)) return []
  const next = journey.nodes.find((one) => Object.values(led).includes(one.id) && one.settings?.branches)
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
  return journey.edges
    .filter((way) => there.has(way.source) && there.has(way.target))
    .map((way) => {
      const id = wayId(way)
      const count = counts?.[way.source]?.left?.[way.key] ?? null
      const label = around.exitName(way.key)
      const was = known.get(id)
      if (was && was.target === way.target && was.data?.count === count && was.data.label === label) return was
      const markerEnd = { type: MarkerType.ArrowClosed, width: 15, height: 15 }
      const made = { id, type: "way" as const, markerEnd, source: way.source, target: way.target, sourceHandle: way.key }
      return { ...was, ...made, reconnectable: readOnly ? false : "target", data: { way, count, label, readOnly } }
    })
}
