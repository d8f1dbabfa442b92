// The door of the component: Streamlit calls this with new data; React keeps what stands on the screen.

import { createRoot, type Root } from "react-dom/client"

import { App } from "./App"
import { deskOf, flushAll } from "./desk"
import { holdLinks } from "./leaving"
import { shelf } from "./shelf"
import type { Data } from "./types"
import "./style/index.css"

interface Args {
  data: Data
  parentElement: HTMLElement | ShadowRoot
  setStateValue: (name: string, value: unknown) => void
  setTriggerValue: (name: string, value: unknown) => void
}

interface Mounted {
  root: Root
  place: HTMLElement
}

/** How often the canvas was put on the page: not again while somebody draws. */
let mounts = 0
const mounted = new WeakMap<object, Mounted>()

addEventListener("pagehide", flushAll)
holdLinks()
document.addEventListener("visibilitychange", () => document.visibilityState === "hidden" && flushAll())

export default function render({ data, parentElement, setStateValue, setTriggerValue }: Args): () => void {
  let here = mounted.get(parentElement)
  if (!here) {
    const place = document.createElement("div")
    place.className = "tropa"
    place.dataset.mount = String((mounts += 1))
    parentElement.appendChild(place)
    here = { root: createRoot(place), place }
    mounted.set(parentElement, here)
  }
  const desk = deskOf(data, shelf)
  desk.send = (draft) => setStateValue("draft", draft)
  here.place.dataset.dark = String(data.dark)
  here.root.render(<App data={data} desk={desk} act={(action) => setTriggerValue("action", action)} />)
  const { root, place } = here
  return () => {
    desk.flush()
    mounted.delete(parentElement)
    // Not at once: React must not be taken away while it draws.
    setTimeout(() => {
      root.unmount()
      place.remove()
    })
  }
}
