// Everything by keyboard: the board's own shortcuts, and the clipboard.

import { useReactFlow } from "@xyflow/react"
import { useEffect, type RefObject } from "react"

import { useAround } from "../around"
import * as deeds from "../deeds"
import { waysOf } from "../document"

const typing = (event: Event): boolean => {
  const target = event.composedPath()[0] as HTMLElement
  return Boolean(target?.closest?.("input, textarea, select, [contenteditable]"))
}

export function useKeys({ root, chosen, choose, erase, quickAdd, close }: {
  root: RefObject<HTMLDivElement | null>
  chosen: Set<string>
  choose: (ids: Iterable<string>, show?: boolean) => void
  erase: () => void
  quickAdd: () => void
  close: () => void
  addHere: (kind: string) => void
}) {
  const around = useAround()
  const { desk, data } = around
  const flow = useReactFlow()
  const locked = data.readOnly

  useEffect(() => {
    const here = root.current!
    const copy = (event: ClipboardEvent) => {
      if (typing(event)) return
      const text = deeds.copy(around, chosen)
      if (!text) return
      event.clipboardData?.setData("text/plain", text)
      event.preventDefault()
      if (event.type === "cut" && !locked) erase()
    }
    const paste = (event: ClipboardEvent) => {
      if (typing(event) || locked) return
      event.preventDefault()
      choose(deeds.pasteText(around, event.clipboardData?.getData("text/plain") ?? null, null))
    }
    here.addEventListener("copy", copy)
    here.addEventListener("cut", copy)
    here.addEventListener("paste", paste)
    return () => {
      here.removeEventListener("copy", copy)
      here.removeEventListener("cut", copy)
      here.removeEventListener("paste", paste)
    }
  }, [around, chosen])

  /** Along the ways: on to the first next step, back to the one before. */
  const walk = (forth: boolean) => {
    const [id] = chosen
    const next = forth
      ? Object.values(waysOf(desk.journey, id ?? ""))[0]
      : desk.journey.edges.find((one) => one.target === id)?.source
    if (next) {
      choose([next], true)
      root.current?.querySelector<HTMLElement>(`.react-flow__node[data-id="${CSS.escape(next)}"]`)?.focus()
    }
  }
  const withControl: Record<string, () => void> = {
    z: () => !locked && desk.undo(),
    y: () => !locked && desk.redo(),
    d: () => !locked && choose(deeds.duplicate(around, chosen)),
    a: () => choose([...desk.journey.nodes, ...(desk.journey.notes ?? [])].map((one) => one.id)),
    f: () => root.current?.querySelector<HTMLElement>("[data-search]")?.focus(),
  }
  const alone: Record<string, () => void> = {
    Delete: () => !locked && erase(),
    Backspace: () => !locked && erase(),
    Escape: close,
    a: () => !locked && quickAdd(),
    "/": () => root.current?.querySelector<HTMLElement>("[data-search]")?.focus(),
    f: () => void flow.fitView({ duration: 250, padding: 0.15 }),
    Enter: () => requestAnimationFrame(() => root.current?.querySelector<HTMLElement>(".panel input, .panel textarea, .panel select")?.focus()),
  }

  const onKeyDown = (event: React.KeyboardEvent) => {
    const { key } = event
    const control = event.ctrlKey || event.metaKey
    if (typing(event.nativeEvent)) {
      if (key === "Escape") root.current?.querySelector<HTMLElement>(".react-flow__node.selected")?.focus()
      return
    }
    if (event.altKey && (key === "ArrowRight" || key === "ArrowLeft")) {
      event.preventDefault()
      return walk(key === "ArrowRight")
    }
    const letter = key.length === 1 ? key.toLowerCase() : key
    const redo = control && event.shiftKey && letter === "z"
    const deed = redo ? withControl.y : control ? withControl[letter] : event.altKey ? undefined : alone[letter]
    if (!deed) return
    // A button under the focus keeps its own Enter and Space.
    if (!control && key === "Enter" && (event.target as HTMLElement).closest("button, a")) return
    if (key !== "Enter") event.preventDefault()
    deed()
  }
  /** Who goes from field to field is not slowed down by a save for each; who leaves the canvas has everything saved. */
  const onBlur = (event: React.FocusEvent) => {
    if (!root.current?.contains(event.relatedTarget)) desk.flush()
  }
  return { onKeyDown, onBlur }
}
