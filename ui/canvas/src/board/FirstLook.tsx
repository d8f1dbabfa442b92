// The first look at a journey: all of it where that can be read, else its beginning.

import { useNodesInitialized, useReactFlow, useStore } from "@xyflow/react"
import { useEffect, useRef } from "react"

import { useAround } from "../around"
import { startOf } from "../document"
import { isHeap, sizesIn, tidy } from "../layout"
import { SMALLEST } from "./Toolbar"

export const FIT = { padding: 0.12, maxZoom: 1, minZoom: SMALLEST }
/** Smaller than this, cards cannot be read. */
const LEGIBLE = 0.62

/** The whole journey comes into sight once its cards have been measured; a journey seen before stays as it was left. */
export function FirstLook() {
  const { desk } = useAround()
  const ready = useNodesInitialized()
  const flow = useReactFlow()
  const height = useStore((one) => one.height)
  // Once: «ready» comes again with every new card, and neither the view nor anybody's places may jump then.
  const looked = useRef(!desk.journey.nodes.length)
  useEffect(() => {
    if (!ready || looked.current) return
    looked.current = true
    if (isHeap(desk.journey)) {
      desk.arrange(tidy(desk.journey, sizesIn(flow)))
      requestAnimationFrame(() => requestAnimationFrame(look))
    } else if (!desk.look.viewport) look()
  }, [ready])
  /** All of it where that can be read; else its beginning. */
  const look = async () => {
    await flow.fitView(FIT)
    const first = startOf(desk.journey) ?? desk.journey.nodes[0]?.id
    const begin = first === undefined ? undefined : flow.getInternalNode(first)
    if (!begin || flow.getZoom() >= LEGIBLE) return
    const { x, y } = begin.internals.positionAbsolute
    await flow.setViewport({ zoom: LEGIBLE, x: 48 - x * LEGIBLE, y: height / 2 - (y + 60) * LEGIBLE })
  }
  return null
}
