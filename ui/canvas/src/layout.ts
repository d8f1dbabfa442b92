// Tidying up: steps in columns from left to right, in the order in which contacts come through them.

import dagre from "@dagrejs/dagre"

import { CARD } from "./document"
import type { Journey } from "./types"

export type Sizes = Map<string, { width: number; height: number }>

/** How large the cards are drawn; those that were never in sight are guessed. */
export function sizesIn(flow: { getNodes: () => { id: string; measured?: { width?: number; height?: number } }[] }): Sizes {
  return new Map(
    flow.getNodes().map((one) => [one.id, { width: one.measured?.width ?? CARD.width, height: one.measured?.height ?? CARD.height }]),
  )
}

export function tidy(journey: Journey, sizes: Sizes = new Map()): Map<string, { x: number; y: number }> {
  const graph = new dagre.graphlib.Graph({ multigraph: true })
  graph.setGraph({ rankdir: "LR", nodesep: 36, ranksep: 92, marginx: 0, marginy: 0 })
  graph.setDefaultEdgeLabel(() => ({}))
  for (const one of journey.nodes) {
    const size = sizes.get(one.id)
    graph.setNode(one.id, { width: size?.width ?? CARD.width, height: size?.height ?? CARD.height })
  }
  for (const way of journey.edges) {
    if (graph.hasNode(way.source) && graph.hasNode(way.target)) graph.setEdge(way.source, way.target, {}, way.key)
  }
  dagre.layout(graph)
  return new Map(
    journey.nodes.map((one) => {
      const { x, y, width, height } = graph.node(one.id)
      return [one.id, { x: Math.round(x - width / 2), y: Math.round(y - height / 2) }]
    }),
  )
}

/** Whether steps lie on one another, as in journeys that were written by hand. */
export function isHeap(journey: Journey): boolean {
  const places = new Set(journey.nodes.map((one) => `${one.x ?? 0} ${one.y ?? 0}`))
  return journey.nodes.length > 1 && places.size < journey.nodes.length
}
