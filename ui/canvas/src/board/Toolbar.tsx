// Over the board: back and forth, tidy up, zoom, search, problems, what is saved, and what can be done.

import { useReactFlow, useStore } from "@xyflow/react"
import { memo, useRef } from "react"

import { useAround, useJourney } from "../around"
import * as deeds from "../deeds"
import { freshId } from "../document"
import { Icon } from "../icon"
import { sizesIn } from "../layout"
import { Problems } from "./Problems"
import { Search } from "./Search"
import { comeBack } from "./useKeptFocus"

export const [SMALLEST, LARGEST] = [0.1, 1.6]
const IN_A_ROW_MS = 1000

export const Toolbar = memo(function Toolbar({ chosen, choose, erase, settings, openSettings }: {
  chosen: Set<string>
  choose: (ids: Iterable<string>, show?: boolean) => void
  erase: () => void
  settings: boolean
  openSettings: () => void
}) {
  const around = useAround()
  const { desk, t, ask } = around
  const journey = useJourney(desk)
  const flow = useReactFlow()
  const zoom = useStore((one) => Math.round(one.transform[2] * 100))
  /** Where the last zoom ends: presses in a row add up, though each begins before the one before it is done. */
  const goal = useRef({ zoom: 1, at: -Infinity })
  const zoomBy = (factor: number | null) => {
    const from = performance.now() - goal.current.at < IN_A_ROW_MS ? goal.current.zoom : flow.getZoom()
    const zoom = factor === null ? 1 : Math.min(LARGEST, Math.max(SMALLEST, from * factor))
    goal.current = { zoom, at: performance.now() }
    void flow.zoomTo(zoom, { duration: 150 })
  }
  const tidy = () => {
    deeds.tidyUp(around, sizesIn(flow))
    requestAnimationFrame(() => requestAnimationFrame(() => void flow.fitView({ duration: 300, padding: 0.15, maxZoom: 1 })))
  }
  const note = () => {
    const at = flow.screenToFlowPosition({ x: innerWidth / 2, y: innerHeight / 2 })
    const id = freshId([...journey.nodes, ...(journey.notes ?? [])].map((one) => one.id), "note")
    desk.commit({ ...journey, notes: [...(journey.notes ?? []), { id, text: "", x: Math.round(at.x), y: Math.round(at.y), w: 220, h: 110 }] })
    requestAnimationFrame(() => choose([id]))
  }
  return (
    <div className="toolbar" role="toolbar" aria-label={t("Tools")}>
      <div className="group">
        <Tool icon="undo" label={t("Undo")} off={!desk.history.past.length} run={() => desk.undo()} id="undo" />
        <Tool icon="redo" label={t("Redo")} off={!desk.history.future.length} run={() => desk.redo()} id="redo" />
      </div>
      <div className="group">
        <Tool icon="account_tree" label={t("Tidy up")} run={tidy} id="tidy" />
        <Tool icon="sticky_note_2" label={t("Add a note")} run={note} id="note" />
        <Tool icon="content_copy" label={t("Duplicate")} off={!chosen.size} run={() => choose(deeds.duplicate(around, chosen))} id="duplicate" />
        <Tool icon="delete" label={t("Delete")} off={!chosen.size} run={erase} id="delete" />
      </div>
      <div className="group">
        <Tool icon="zoom_out" label={t("Smaller")} run={() => zoomBy(1 / 1.2)} id="zoom-out" />
        <button type="button" className="zoom" data-testid="zoom" title={t("Original size")} onClick={() => zoomBy(null)}>{zoom}%</button>
        <Tool icon="zoom_in" label={t("Larger")} run={() => zoomBy(1.2)} id="zoom-in" />
        <Tool icon="fit_screen" label={t("Show everything")} run={() => void flow.fitView({ duration: 250, padding: 0.15, maxZoom: 1 })} id="fit" />
      </div>
      <Search choose={choose} />
      <span className="space" />
      <Saved />
      <Problems choose={choose} />
      <button type="button" aria-pressed={settings} onClick={openSettings} title={t("Settings")} data-testid="journey-settings">
        <Icon name="tune" /><span className="wide">{t("Settings")}</span>
      </button>
      <button type="button" onClick={() => ask("rehearse")} title={t("Rehearse")} data-testid="rehearse"><Icon name="smart_toy" /><span className="middling">{t("Rehearse")}</span></button>
      <button type="button" className="main" disabled={Boolean(desk.theirs)} onClick={(event) => { ask("publish"); comeBack(event.currentTarget) }} data-testid="publish">
        <Icon name="rocket_launch" />{t("Publish")}
      </button>
    </div>
  )
})

function Tool({ icon, label, run, off = false, id }: { icon: string; label: string; run: () => void; off?: boolean; id: string }) {
  return (
    <button type="button" className="tool" title={label} aria-label={label} disabled={off} onClick={run} data-testid={`tool-${id}`}>
      <Icon name={icon} />
    </button>
  )
}

function Saved() {
  const { desk, data, t } = useAround()
  useJourney(desk)
  const [icon, text] = desk.theirs
    ? ["sync_problem", t("Changed elsewhere")]
    : desk.dirty
      ? data.trouble ? ["cloud_off", t("Not saved yet")] : ["cloud_sync", t("Saving…")]
      : ["cloud_done", t("Saved")]
  return <span className="saved" role="status" data-testid="saved" data-saved={!desk.dirty} title={text}><Icon name={icon} /><span className="wide">{text}</span></span>
}

