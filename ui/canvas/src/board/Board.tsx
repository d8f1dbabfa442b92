// The board: React Flow over the journey, with palette and panel beside it.

import {
  Background, BackgroundVariant, MiniMap, ReactFlow, SelectionMode, useReactFlow, type Connection, type OnConnectEnd,
} from "@xyflow/react"
import { useCallback, useEffect, useMemo, useRef, useState } from "react"

import { useAround, useJourney } from "../around"
import { answerButton } from "../buttons"
import * as deeds from "../deeds"
import { moveTo } from "../document"
import { Panel } from "../panel/Panel"
import { Banner } from "./Banner"
import { Distance } from "./Distance"
import { FirstLook, FIT } from "./FirstLook"
import type { AnyNode, WayEdge } from "./flow"
import { Ghost } from "./Ghost"
import { KindPicker } from "./Kinds"
import { NoteCard } from "./NoteCard"
import { OpenContext, Over, type Anchor } from "./open"
import { Palette } from "./Palette"
import { BUTTON_HANDLE, StepCard } from "./StepCard"
import { Toast, type Said } from "./Toast"
import { LARGEST, SMALLEST, Toolbar } from "./Toolbar"
import { useDrawn } from "./useDrawn"
import { useDrop } from "./useDrop"
import { useKeptFocus } from "./useKeptFocus"
import { useKeys } from "./useKeys"
import { WayLine } from "./WayLine"

// Made once: what React Flow is given anew at every drawing, it takes apart anew.
const nodeTypes = { step: StepCard, note: NoteCard }
const edgeTypes = { way: WayLine }
const SEVERAL = ["Shift", "Meta", "Control"]
const between = (way: { source: string; target: string }) => way.source !== way.target
const mapColour = (node: AnyNode) => (node.type === "note" ? "#e9c46a" : (node.data.kind?.accent ?? "#64748b"))
/** From so many steps on, those out of sight are not drawn, and from afar none is drawn by itself. */
const MANY = 100
const NOTHING: string[] = []

export function Board() {
  const around = useAround()
  const { data, desk, t } = around
  const journey = useJourney(desk)
  const flow = useReactFlow()
  const root = useRef<HTMLDivElement>(null)
  const board = useRef<HTMLDivElement>(null)
  const over = useMemo(() => new Over(), [])
  const [adding, setAdding] = useState<{ where: deeds.Where; place: { x: number; y: number } } | null>(null)
  const [said, setSaid] = useState<Said | null>(null)
  const [settings, setSettings] = useState(desk.look.settings)
  const drawn = useDrawn(around, journey, over, () => setSettings(false))
  const { chosen, chosenWays, choose } = drawn
  useEffect(() => {
    desk.look.chosen = [...chosen]
    desk.look.settings = settings
  }, [chosen, settings])

  const dragged = useCallback((_event: unknown, _node: unknown, all: AnyNode[]) => {
    delete board.current!.dataset.moving
    desk.commit(moveTo(desk.journey, new Map(all.map((one) => [one.id, one.position]))))
  }, [])

  const draggedAll = useCallback((event: unknown, all: AnyNode[]) => dragged(event, null, all), [])
  const hands = useMemo(() => ({
    enter: (_event: unknown, edge: WayEdge) => over.set({ hovered: edge.id }),
    leave: () => over.set({ hovered: null }),
    taken: () => { board.current!.dataset.moving = "card" },
    grabbed: (event: Event | null) => { if (event) board.current!.dataset.moving = moverOf(event, board.current!) },
    moved: (_event: unknown, viewport: { x: number; y: number; zoom: number }) => { desk.look.viewport = viewport },
  }), [])
  const onReconnect = useCallback((old: WayEdge, way: Connection) => {
    if (way.target && old.sourceHandle) deeds.link(around, old.source, old.sourceHandle, way.target)
  }, [around])

  const onConnect = useCallback(({ source, sourceHandle, target }: Connection) => {
    if (!sourceHandle || source === target) return
    if (sourceHandle.startsWith(BUTTON_HANDLE)) answerButton(around, source, sourceHandle.slice(BUTTON_HANDLE.length), target)
    else deeds.link(around, source, sourceHandle, target)
  }, [around])

  const quickAdd = useCallback((where: deeds.Where, anchor: Anchor) => {
    const box = root.current!.getBoundingClientRect()
    const { x, y } = anchor instanceof Element ? middle(anchor) : anchor
    const [width, height] = [300, 380]
    setAdding({
      where,
      place: {
        x: Math.max(8, Math.min(x - box.left + 12, box.width - width - 8)),
        y: Math.max(8, Math.min(y - box.top - 20, box.height - height - 8)),
      },
    })
  }, [])

  const onConnectEnd: OnConnectEnd = useCallback((event, state) => {
    if (state.isValid || !state.fromHandle?.id || !state.fromNode || state.toNode) return
    const point = "changedTouches" in event ? event.changedTouches[0] : event
    // Let go anywhere on a card means to it: its way in is small, and smaller still from afar.
    const below = (root.current!.getRootNode() as Document | ShadowRoot).elementsFromPoint(point.clientX, point.clientY)
    const card = below.map((one) => one.closest<HTMLElement>(".react-flow__node-step")).find(Boolean)
    if (card) return onConnect({ source: state.fromNode.id, sourceHandle: state.fromHandle.id, target: card.dataset.id!, targetHandle: null })
    const at = flow.screenToFlowPosition({ x: point.clientX, y: point.clientY })
    quickAdd({ at: { x: at.x, y: at.y - 30 }, after: { id: state.fromNode.id, exit: state.fromHandle.id } }, { x: point.clientX, y: point.clientY })
  }, [onConnect])

  const add = (kind: string, where: deeds.Where) => {
    const button = where.after?.exit.startsWith(BUTTON_HANDLE) ? where.after.exit.slice(BUTTON_HANDLE.length) : null
    const id = deeds.add(around, kind, button === null ? where : { at: where.at })
    if (button !== null) answerButton(around, where.after!.id, button, id)
    setAdding(null)
    requestAnimationFrame(() => {
      choose([id])
      const seen = root.current?.querySelector(`[data-id="${id}"]`)
      if (!where.at) void flow.fitView({ nodes: [{ id }], duration: 250, ...FIT, maxZoom: flow.getZoom(), minZoom: flow.getZoom() })
      ;(seen as HTMLElement | null)?.focus()
    })
  }
  /** Without a place of its own a new step comes after the chosen one's first open exit, or in sight. */
  const addHere = (kind: string) => {
    const one = chosen.size === 1 ? journey.nodes.find((each) => chosen.has(each.id)) : undefined
    const led = new Set(journey.edges.filter((each) => each.source === one?.id).map((each) => each.key))
    const exit = one && around.exits(one).find((each) => !led.has(each))
    if (one && exit) return add(kind, { after: { id: one.id, exit } })
    const box = root.current!.querySelector(".react-flow")!.getBoundingClientRect()
    add(kind, { at: flow.screenToFlowPosition({ x: box.left + box.width / 2 - 120, y: box.top + box.height / 3 }) })
  }
  const drop = useDrop({
    over,
    ways: () => desk.journey.edges,
    onDrop: (kind, at, into) => add(kind, { at, into }),
    onTap: addHere,
  })
  const erase = () => {
    if (!chosen.size && !chosenWays.size) return
    const { heals } = deeds.erase(around, chosen, chosenWays)
    const undo = { label: t("Undo"), run: () => desk.undo() }
    const close = { label: t("Close the gap"), run: () => deeds.heal(around, chosen, chosenWays) }
    if (chosen.size) setSaid({ text: t("Deleted."), actions: heals ? [close, undo] : [undo] })
    root.current?.querySelector<HTMLElement>(".react-flow")?.focus()
  }
  // Held on to by what need not be drawn anew when these change.
  const now = useRef({ erase, addHere, begin: drop.begin })
  now.current = { erase, addHere, begin: drop.begin }
  const asked = useMemo(() => ({
    erase: () => now.current.erase(),
    addHere: (kind: string) => now.current.addHere(kind),
    begin: (kind: string, event: React.PointerEvent) => now.current.begin(kind, event),
    openSettings: () => { choose([]); setSettings(true) },
    close: () => { setSettings(false); choose([]) },
    noWay: () => over.set({ way: NOTHING }),
    pressed: () => { setSettings(false); over.set({ way: NOTHING }) },
  }), [])
  const spoken = useMemo(() => ({
    "node.a11yDescription.default": t("Press Enter to choose the step, then arrows to move it, Delete to delete it."),
    "edge.a11yDescription.default": t("Press Enter to choose the way, then Delete to remove it."),
    "minimap.ariaLabel": t("Map of the journey"),
  }), [t])
  const keys = useKeys({ root, chosen, choose, erase, quickAdd: () => quickAdd({}, root.current!.querySelector(".react-flow")!), close: asked.close, addHere })
  useKeptFocus(root)
  const open = useMemo(() => ({ over, quickAdd }), [])
  const one = chosen.size === 1 ? journey.nodes.find((each) => chosen.has(each.id)) : undefined

  return (
    <OpenContext.Provider value={open}>
      <div className={`editor ${data.readOnly ? "looking" : ""}`} ref={root} {...keys} data-testid="canvas">
        {!data.readOnly && <Toolbar chosen={chosen} choose={choose} erase={asked.erase} settings={settings} openSettings={asked.openSettings} />}
        <Banner choose={choose} />
        <div className="desk">
          {!data.readOnly && <Palette onDrag={asked.begin} onAdd={asked.addHere} />}
          <div className="flow" ref={board}>
            <ReactFlow<AnyNode, WayEdge>
              nodes={drawn.nodes}
              edges={drawn.edges}
              nodeTypes={nodeTypes}
              edgeTypes={edgeTypes}
              onNodesChange={drawn.onNodesChange}
              onEdgesChange={drawn.onEdgesChange}
              onNodeDragStart={hands.taken}
              onNodeDragStop={dragged}
              onSelectionDragStart={hands.taken}
              onSelectionDragStop={draggedAll}
              onNodeClick={asked.pressed}
              onPaneClick={asked.noWay}
              onConnect={onConnect}
              onConnectEnd={onConnectEnd}
              onReconnect={onReconnect}
              isValidConnection={between}
              onEdgeMouseEnter={hands.enter}
              onEdgeMouseLeave={hands.leave}
              onMoveStart={hands.grabbed}
              onMoveEnd={hands.moved}
              defaultViewport={desk.look.viewport ?? undefined}
              nodesDraggable={!data.readOnly}
              nodesConnectable={!data.readOnly}
              edgesFocusable={!data.readOnly}
              deleteKeyCode={null}
              multiSelectionKeyCode={SEVERAL}
              selectionKeyCode="Shift"
              selectionMode={SelectionMode.Partial}
              connectionRadius={36}
              minZoom={SMALLEST}
              maxZoom={LARGEST}
              onlyRenderVisibleElements={journey.nodes.length > MANY}
              ariaLabelConfig={spoken}
              colorMode={data.dark ? "dark" : "light"}
            >
              <Background variant={BackgroundVariant.Dots} gap={22} size={1.4} />
              <MiniMap<AnyNode> pannable zoomable nodeColor={mapColour} nodeStrokeWidth={0} nodeBorderRadius={12} />
              <Distance board={board} many={journey.nodes.length > MANY} />
              <FirstLook />
            </ReactFlow>
            {!journey.nodes.length && !data.readOnly && (
              <div className="empty"><b>{t("An empty board")}</b><p>{t("Drag the first step here from the left, or press A.")}</p></div>
            )}
          </div>
          {!data.readOnly && (one || settings) && (
            <Panel key={one?.id ?? "journey"} step={one} choose={choose} onClose={asked.close} />
          )}
        </div>
        {adding && <KindPicker place={adding.place} onPick={(kind) => add(kind, adding.where)} onClose={() => setAdding(null)} />}
        {said && <Toast said={said} onClose={() => setSaid(null)} />}
        {drop.ghost && <Ghost {...drop.ghost} root={root.current!} />}
      </div>
    </OpenContext.Provider>
  )
}

/** Whose hand moves the board; with a card in focus it is not told, for what is hidden meanwhile would lose the focus. */
function moverOf(event: Event, board: HTMLElement): string {
  if (event.type === "mousedown") return "hand"
  const focused = (board.getRootNode() as ShadowRoot).activeElement
  return focused?.closest(".react-flow__viewport") ? "itself" : "wheel"
}

function middle(element: Element): { x: number; y: number } {
  const box = element.getBoundingClientRect()
  return { x: box.left + box.width / 2, y: box.top + box.height / 2 }
}
