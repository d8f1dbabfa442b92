// What React Flow draws of the journey, what of it is chosen, and the places that a hand gives it.

import { applyNodeChanges, useReactFlow, type EdgeChange, type NodeChange } from "@xyflow/react"
import { useCallback, useEffect, useRef, useState } from "react"

import type { Around } from "../around"
import { moveTo } from "../document"
import type { Desk } from "../desk"
import { steady } from "../steady"
import type { Journey } from "../types"
import { FIT } from "./FirstLook"
import { edgesOf, nodesOf, type AnyNode, type WayEdge } from "./flow"
import type { Over } from "./open"

export type Choose = (ids: Iterable<string>, show?: boolean) => void
const NOTHING: string[] = []

export function useDrawn(around: Around, journey: Journey, over: Over, onChoose: () => void) {
  const { desk } = around
  const flow = useReactFlow()
  const [nodes, setNodes] = useState<AnyNode[]>(() => nodesOf(around, journey, []).map((one) => ({
    ...one, selected: desk.look.chosen.includes(one.id),
  })))
  const [edges, setEdges] = useState<WayEdge[]>(() => edgesOf(around, journey, []))

  /** Chosen before they were drawn: what has just been added or pasted. */
  const coming = useRef<Set<string> | null>(null)
  useEffect(() => {
    setNodes((old) => {
      const made = nodesOf(around, journey, old)
      const wanted = coming.current
      coming.current = null
      return wanted ? made.map((one) => ({ ...one, selected: wanted.has(one.id) })) : made
    })
    setEdges((old) => edgesOf(around, journey, old))
  }, [journey, around])

  const choose: Choose = useCallback((ids, show = false) => {
    const wanted = new Set(ids)
    coming.current = [...wanted].some((id) => !flow.getNode(id)) ? wanted : null
    onChoose()
    over.set({ way: NOTHING })
    setNodes((old) => picked(old, (one) => wanted.has(one.id)))
    setEdges((old) => picked(old, () => false))
    if (show && wanted.size)
      requestAnimationFrame(() => void flow.fitView({ nodes: [...wanted].map((id) => ({ id })), duration: 250, ...FIT }))
  }, [])

  const onNodesChange = useCallback((changes: NodeChange<AnyNode>[]) => {
    setNodes((old) => applyNodeChanges(changes, old))
    const sizes = changes.filter((one) => one.type === "dimensions" && one.resizing === false && one.dimensions)
    if (sizes.length) resized(desk, sizes as any)
    // Arrow keys move without a drag: those places are kept too.
    const moved = changes.filter((one) => one.type === "position" && one.position && one.dragging === undefined)
    if (moved.length) desk.commit(moveTo(desk.journey, new Map(moved.map((one: any) => [one.id, one.position]))), "arrows")
  }, [])

  const onEdgesChange = useCallback((changes: EdgeChange<WayEdge>[]) => {
    const chosen = new Map(changes.flatMap((one) => (one.type === "select" ? [[one.id, one.selected] as const] : [])))
    setEdges((old) => picked(old, (one) => chosen.get(one.id) ?? Boolean(one.selected)))
  }, [])

  return { nodes, edges, choose, onNodesChange, onEdgesChange, chosen: useChosen(nodes), chosenWays: useChosen(edges) }
}

/** What is chosen after this; whoever stays as they were keep their identity. */
function picked<T extends { id: string; selected?: boolean }>(old: T[], wanted: (one: T) => boolean): T[] {
  const made = old.map((one) => (Boolean(one.selected) === wanted(one) ? one : { ...one, selected: wanted(one) }))
  return made.every((one, place) => one === old[place]) ? old : made
}

/** The ids of what is chosen: the same set while it is the same choice, however often all of it is drawn. */
function useChosen(all: { id: string; selected?: boolean }[]): Set<string> {
  const last = useRef<{ ids: string[]; set: Set<string> }>({ ids: NOTHING, set: new Set() })
  const ids = steady(last.current.ids, all.filter((one) => one.selected).map((one) => one.id))
  if (ids !== last.current.ids) last.current = { ids, set: new Set(ids) }
  return last.current.set
}

function resized(desk: Desk, changes: { id: string; dimensions: { width: number; height: number } }[]): void {
  const sizes = new Map(changes.map((one) => [one.id, one.dimensions]))
  const notes = (desk.journey.notes ?? []).map((one) => {
    const size = sizes.get(one.id)
    return size ? { ...one, w: Math.round(size.width), h: Math.round(size.height) } : one
  })
  desk.commit({ ...desk.journey, notes }, "resize")
}
