// Who works with keys alone never loses their place: where the focus would fall to nothing, something near takes it.

import { useEffect, type RefObject } from "react"

/** React Flow takes the focus away a frame after Escape; what is closed is gone when React has drawn. */
const SETTLED_MS = 60
/** Shorter than any dialog stays: one that is closed at once was there, too. */
const LOOK_MS = 25
/** How long a dialog of the page may take to open. */
const PATIENCE_MS = 15000
const NEAR = [".react-flow__node.selected", ".react-flow__node", ".toolbar button:enabled"]

const nowhere = () => document.activeElement === null || document.activeElement === document.body

export function useKeptFocus(root: RefObject<HTMLDivElement | null>): void {
  useEffect(() => {
    const here = root.current!
    let last: HTMLElement | null = null
    const focused = (event: Event) => { last = event.composedPath()[0] as HTMLElement }
    const back = () => {
      for (const one of [last?.isConnected ? last : null, ...NEAR.map((name) => here.querySelector<HTMLElement>(name))]) {
        if (!nowhere()) return
        one?.focus()
      }
    }
    const pressed = () => setTimeout(back, SETTLED_MS)
    here.addEventListener("focusin", focused)
    here.addEventListener("keydown", pressed)
    return () => {
      here.removeEventListener("focusin", focused)
      here.removeEventListener("keydown", pressed)
    }
  }, [])
}

/** Back to what opened a dialog of the page when that is closed: the page does not look into the canvas for it. */
export function comeBack(to: HTMLElement): void {
  const until = Date.now() + PATIENCE_MS
  let seen = false
  const look = setInterval(() => {
    const open = document.querySelector('[role="dialog"]') !== null
    seen ||= open
    if (open || (!seen && Date.now() < until)) return
    clearInterval(look)
    if (seen && nowhere()) to.focus()
  }, LOOK_MS)
}
