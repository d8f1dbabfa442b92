// A press on a link waits until what was written is safe. Streamlit may otherwise join the press and the draft that
// leaves the canvas by it, and lose one of the two.

import { flushAll, unsaved } from "./desks"

/** Longer than saving takes; when nobody answers the press goes on, and the draft waits in this tab. */
const PATIENCE_MS = 1500
const LOOK_MS = 25

const passing = new WeakSet<Element>()

function linkOf(event: MouseEvent): HTMLAnchorElement | null {
  if (event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return null
  const found = event.composedPath().find((one) => one instanceof HTMLAnchorElement) as HTMLAnchorElement | undefined
  return found && found.target !== "_blank" ? found : null
}

export function holdLinks(): void {
  addEventListener(
    "click",
    (event) => {
      const link = linkOf(event)
      if (!link || passing.has(link) || !unsaved()) return
      event.preventDefault()
      event.stopImmediatePropagation()
      flushAll()
      const until = Date.now() + PATIENCE_MS
      const look = setInterval(() => {
        if (unsaved() && Date.now() < until) return
        clearInterval(look)
        passing.add(link)
        link.click()
        passing.delete(link)
      }, LOOK_MS)
    },
    true,
  )
}
