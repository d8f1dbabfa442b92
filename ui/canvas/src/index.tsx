// The door of the component: Streamlit calls this with new data; React keeps what stands on the screen.

import { createRoot, type Root } from "react-dom/client"

import { App } from "./App"
import type { Act } from "./around"
import { deskOf, flushAll } from "./desks"
import { holdLinks } from "./leaving"
import { shelf } from "./shelf"
import { shownOf, steady, type Shown } from "./steady"
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
  shown: Shown | null
  /** The newest way to Python; what is drawn holds on to `act`, which goes by it. */
  trigger: Args["setTriggerValue"]
  act: Act
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
    here = mount(parentElement, setTriggerValue)
    mounted.set(parentElement, here)
  }
  const desk = deskOf(data, shelf)
  desk.speak(here, (draft) => setStateValue("draft", draft))
  here.trigger = setTriggerValue
  here.shown = steady(here.shown, shownOf(data))
  here.place.dataset.dark = String(data.dark)
  here.root.render(<App data={here.shown} desk={desk} act={here.act} />)
  const gone = here
  const { root, place } = here
  return () => {
    desk.hush(gone)
    mounted.delete(parentElement)
    // Not at once: React must not be taken away while it draws.
    setTimeout(() => {
      root.unmount()
      place.remove()
    })
  }
}

function mount(parent: HTMLElement | ShadowRoot, trigger: Args["setTriggerValue"]): Mounted {
  const place = document.createElement("div")
  place.className = "tropa"
  place.dataset.mount = String((mounts += 1))
  parent.appendChild(place)
  const made: Mounted = { root: createRoot(place), place, shown: null, trigger, act: (action) => made.trigger("action", action) }
  return made
}
