// Dragging a kind of step onto the board with mouse, pen or finger; over a way it goes in between.

import { useReactFlow } from "@xyflow/react"
import { useRef, useState } from "react"

import { CARD, wayId } from "../document"
import type { Way } from "../types"
import type { Over } from "./open"

export interface Ghost {
  kind: string
  x: number
  y: number
}

const NEAR = 24

export function useDrop({ over, ways, onDrop, onTap }: {
  over: Over
  ways: () => Way[]
  onDrop: (kind: string, at: { x: number; y: number }, into: Way | undefined) => void
  onTap: (kind: string) => void
}) {
  const flow = useReactFlow()
  const [ghost, setGhost] = useState<Ghost | null>(null)
  const begun = useRef<{ x: number; y: number } | null>(null)

  const begin = (kind: string, event: React.PointerEvent) => {
    if (event.button !== 0) return
    const source = event.currentTarget as HTMLElement
    const board = source.closest(".editor")!.querySelector(".react-flow")!
    begun.current = { x: event.clientX, y: event.clientY }
    source.setPointerCapture(event.pointerId)
    let dragging = false
    const move = (now: PointerEvent) => {
      const far = Math.hypot(now.clientX - begun.current!.x, now.clientY - begun.current!.y)
      if (!dragging && far < 6) return
      dragging = true
      setGhost({ kind, x: now.clientX, y: now.clientY })
      over.set({ target: inside(board, now) ? nearWay(board, now.clientX, now.clientY) : null })
    }
    const end = (now: PointerEvent) => {
      stop()
      const target = over.target
      over.set({ target: null })
      if (!dragging) return onTap(kind)
      if (now.type === "pointercancel" || !inside(board, now)) return
      const at = flow.screenToFlowPosition({ x: now.clientX, y: now.clientY })
      const into = ways().find((one) => wayId(one) === target)
      onDrop(kind, { x: at.x - CARD.width / 2, y: at.y - 30 }, into)
    }
    const stop = () => {
      setGhost(null)
      source.removeEventListener("pointermove", move)
      source.removeEventListener("pointerup", end)
      source.removeEventListener("pointercancel", end)
    }
    source.addEventListener("pointermove", move)
    source.addEventListener("pointerup", end)
    source.addEventListener("pointercancel", end)
  }
  return { ghost, begin }
}

function inside(board: Element, { clientX, clientY }: PointerEvent): boolean {
  const box = board.getBoundingClientRect()
  return clientX >= box.left && clientX <= box.right && clientY >= box.top && clientY <= box.bottom
}

/** The way within reach of the pointer, if any: looked for on the drawn curves themselves. */
function nearWay(board: Element, x: number, y: number): string | null {
  const root = board.getRootNode() as Document | ShadowRoot
  for (const [dx, dy] of [[0, 0], [0, -NEAR], [0, NEAR], [-NEAR, 0], [NEAR, 0]]) {
    for (const one of root.elementsFromPoint(x + dx, y + dy)) {
      const edge = one.closest(".react-flow__edge")
      if (edge) return edge.getAttribute("data-id")
    }
  }
  return null
}
