// A large journey from so far that no word can be read: one picture of blocks and lines in place of a thousand elements,
// which the browser would go through at each frame. The elements lie unseen over it and still take presses and the focus.

import { useStoreApi, type InternalNode } from "@xyflow/react"
import { useEffect, useRef } from "react"

import { useAround } from "../around"
import { CARD } from "../document"
import type { AnyNode, WayEdge } from "./flow"

type Block = InternalNode<AnyNode>
interface Colours {
  ink: string
  main: string
  bad: string
}

export function Overview() {
  const store = useStoreApi<AnyNode, WayEdge>()
  const { data } = useAround()
  const picture = useRef<HTMLCanvasElement>(null)
  useEffect(() => {
    const canvas = picture.current!
    const colours = coloursOf(canvas)
    let asked = 0
    const draw = () => {
      asked = 0
      const state = store.getState()
      const pen = penOn(canvas, state.width, state.height)
      if (!pen) return
      const [x, y, zoom] = state.transform
      pen.translate(x, y)
      pen.scale(zoom, zoom)
      const focused = (canvas.getRootNode() as ShadowRoot).activeElement?.closest<HTMLElement>(".react-flow__node")?.dataset.id
      drawWays(pen, state.edges, state.nodeLookup, colours)
      for (const one of state.nodeLookup.values()) drawBlock(pen, one, colours, one.id === focused, data.dark)
    }
    const ask = () => { asked ||= requestAnimationFrame(draw) }
    ask()
    const stop = store.subscribe(ask)
    const board = canvas.closest(".flow")!
    board.addEventListener("focusin", ask)
    board.addEventListener("focusout", ask)
    return () => {
      cancelAnimationFrame(asked)
      stop()
      board.removeEventListener("focusin", ask)
      board.removeEventListener("focusout", ask)
    }
  }, [data.dark])
  return <canvas ref={picture} className="overview" aria-hidden="true" data-testid="overview" />
}

function coloursOf(canvas: Element): Colours {
  const style = getComputedStyle(canvas)
  const of = (name: string) => style.getPropertyValue(name).trim()
  return { ink: style.color, main: of("--main"), bad: of("--bad") }
}

/** A clean sheet, as fine as the screen. */
function penOn(canvas: HTMLCanvasElement, width: number, height: number): CanvasRenderingContext2D | null {
  const fine = devicePixelRatio || 1
  const [wide, high] = [Math.round(width * fine), Math.round(height * fine)]
  if (canvas.width !== wide || canvas.height !== high) [canvas.width, canvas.height] = [wide, high]
  const pen = canvas.getContext("2d")
  pen?.setTransform(fine, 0, 0, fine, 0, 0)
  pen?.clearRect(0, 0, width, height)
  return pen
}

const sizeOf = (one: Block) => ({ width: one.measured.width ?? CARD.width, height: one.measured.height ?? CARD.height })

function drawWays(pen: CanvasRenderingContext2D, ways: WayEdge[], blocks: Map<string, Block>, colours: Colours): void {
  const plain = new Path2D()
  const chosen = new Path2D()
  for (const way of ways) {
    const [from, to] = [blocks.get(way.source), blocks.get(way.target)]
    if (!from || !to) continue
    const { x, y } = from.internals.positionAbsolute
    const end = to.internals.positionAbsolute
    const path = way.selected ? chosen : plain
    path.moveTo(x + sizeOf(from).width, y + sizeOf(from).height / 2)
    path.lineTo(end.x, end.y + Math.min(27, sizeOf(to).height / 2))
  }
  pen.lineWidth = 5
  pen.strokeStyle = colours.ink
  pen.globalAlpha = 0.3
  pen.stroke(plain)
  pen.globalAlpha = 1
  pen.lineWidth = 12
  pen.strokeStyle = colours.main
  pen.stroke(chosen)
}

function drawBlock(pen: CanvasRenderingContext2D, one: Block, colours: Colours, focused: boolean, dark: boolean): void {
  const { x, y } = one.internals.positionAbsolute
  const { width, height } = sizeOf(one)
  const note = one.type === "note"
  const data = one.internals.userNode.data
  const wrong = "problems" in data && data.problems.some((each) => each.level === "error")
  pen.fillStyle = wrong ? colours.bad : one.selected ? colours.main : "kind" in data ? (data.kind?.accent ?? "#64748b") : "#e9c46a"
  pen.globalAlpha = note ? 0.35 : wrong || one.selected ? 0.9 : dark ? 0.6 : 0.45
  pen.fillRect(x, y, width, height)
  pen.globalAlpha = 1
  if (!focused && !one.selected) return
  pen.lineWidth = 24
  pen.strokeStyle = focused ? colours.ink : colours.main
  pen.strokeRect(x - 12, y - 12, width + 24, height + 24)
}
