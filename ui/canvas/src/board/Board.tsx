// The board: React Flow over the journey, with palette and panel beside it.

import {
  applyNodeChanges, Background, BackgroundVariant, MiniMap, ReactFlow, SelectionMode, useNodesInitialized, useReactFlow, useStore,
  type Connection, type NodeChange, type OnConnectEnd,
} from "@xyflow/react"
import { useCallback, useEffect, useMemo, useRef, useState } from "react"

import { useAround, useJourney } from "../around"
import { answerButton } from "../buttons"
import * as deeds from "../deeds"
import { moveTo, startOf } from "../document"
import { Icon } from "../icon"
import { isHeap, sizesIn, tidy } from "../layout"
import { Panel } from "../panel/Panel"
import { Banner } from "./Banner"
import { edgesOf, nodesOf, type AnyNode, type WayEdge } from "./flow"
import { KindPicker } from "./Kinds"
import { NoteCard } from "./NoteCard"
import { OpenContext, Over, type Anchor } from "./open"
import { Palette } from "./Palette"
import { BUTTON_HANDLE, StepCard } from "./StepCard"
import { Toast, type Said } from "./Toast"
import { LARGEST, SMALLEST, Toolbar } from "./Toolbar"
import { useDrop } from "./useDrop"
import { useKeys } from "./useKeys"
import { WayLine } from "./WayLine"

const nodeTypes = { step: StepCard, note: NoteCard }
const edgeTypes = { way: WayLine }
const FIT = { padding: 0.12, maxZoom: 1, minZoom: SMALLEST }
/** Smaller than this, cards cannot be read. */
const LEGIBLE = 0.62
/** From so many steps on, those out of sight are not drawn. */
const MANY = 100
const NOTHING: string[] = []

export function Board() {
  const around = useAround()
  const { data, desk, t } = around
  const journey = useJourney(desk)
  const flow = useReactFlow()
  const root = useRef<HTMLDivElement>(null)
  const over = useMemo(() => new Over(), [])
  const [nodes, setNodes] = useState<AnyNode[]>(() => nodesOf(around, journey, []).map((one) => ({
    ...one, selected: desk.look.chosen.includes(one.id),
  })))
  const [edges, setEdges] = useState<WayEdge[]>(() => edgesOf(around, journey, []))
  const [adding, setAdding] = useState<{ where: deeds.Where; place: { x: number; y: number } } | null>(null)
  const [said, setSaid] = useState<Said | null>(null)
  const [settings, setSettings] = useState(desk.look.settings)

  /** Chosen before they were drawn: what has just been added or pasted. */
  const coming = useRef<Set<string> | null>(null)
  useEffect(() => {
    setNodes((old) => {
      const made = nodesOf(around, journey, old)
      const wanted = coming.current
      coming.current = null
      return wanted ? made.map((one) => ({ ...one, selected: wanted.has(one.id) })) : made
    })
    setEdges((old) => edgesOf(around, journey, old))
  }, [journey, around])

  const chosen = useMemo(() => new Set(nodes.filter((one) => one.selected).map((one) => one.id)), [nodes])
  useEffect(() => {
    desk.look.chosen = [...chosen]
    desk.look.settings = settings
  }, [chosen, settings])

  const choose = useCallback((ids: Iterable<string>, show = false) => {
    const wanted = new Set(ids)
    coming.current = [...wanted].some((id) => !flow.getNode(id)) ? wanted : null
    setSettings(false)
    over.set({ way: NOTHING })
    setNodes((old) => old.map((one) => (Boolean(one.selected) === wanted.has(one.id) ? one : { ...one, selected: wanted.has(one.id) })))
    setEdges((old) => old.map((one) => (one.selected ? { ...one, selected: false } : one)))
    if (show && wanted.size)
      requestAnimationFrame(() => void flow.fitView({ nodes: [...wanted].map((id) => ({ id })), duration: 250, ...FIT }))
  }, [])

  const onNodesChange = useCallback((changes: NodeChange<AnyNode>[]) => {
    setNodes((old) => applyNodeChanges(changes, old))
    const sizes = changes.filter((one) => one.type === "dimensions" && one.resizing === false && one.dimensions)
    if (sizes.length) resized(desk, sizes as any)
    // Arrow keys move without a drag: those places are kept too.
    const moved = changes.filter((one) => one.type === "position" && one.position && one.dragging === undefined)
    if (moved.length) desk.commit(moveTo(desk.journey, new Map(moved.map((one: any) => [one.id, one.position]))), "arrows")
  }, [])

  const dragged = useCallback((_event: unknown, _node: unknown, all: AnyNode[]) => {
    desk.commit(moveTo(desk.journey, new Map(all.map((one) => [one.id, one.position]))))
  }, [])

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
    const ways = new Set(edges.filter((one) => one.selected).map((one) => one.id))
    if (!chosen.size && !ways.size) return
    const { heals } = deeds.erase(around, chosen, ways)
    const undo = { label: t("Undo"), run: () => desk.undo() }
    const close = { label: t("Close the gap"), run: () => deeds.heal(around, chosen, ways) }
    if (chosen.size) setSaid({ text: t("Deleted."), actions: heals ? [close, undo] : [undo] })
    root.current?.querySelector<HTMLElement>(".react-flow")?.focus()
  }
  const keys = useKeys({ root, chosen, choose, erase, quickAdd: () => quickAdd({}, root.current!.querySelector(".react-flow")!), addHere })
  const open = useMemo(() => ({ over, quickAdd }), [])
  const one = chosen.size === 1 ? journey.nodes.find((each) => chosen.has(each.id)) : undefined

  return (
    <OpenContext.Provider value={open}>
      <div className={`editor ${data.readOnly ? "looking" : ""}`} ref={root} {...keys} data-testid="canvas">
        {!data.readOnly && <Toolbar chosen={chosen} choose={choose} erase={erase} settings={settings} openSettings={() => { choose([]); setSettings(true) }} />}
        <Banner choose={choose} />
        <div className="desk">
          {!data.readOnly && <Palette onDrag={drop.begin} onAdd={addHere} />}
          <div className="flow">
            <ReactFlow<AnyNode, WayEdge>
              nodes={nodes}
              edges={edges}
              nodeTypes={nodeTypes}
              edgeTypes={edgeTypes}
              onNodesChange={onNodesChange}
              onEdgesChange={(changes) => setEdges((old) => old.map((edge) => {
                const picked = changes.findLast((each) => each.type === "select" && each.id === edge.id) as { selected: boolean } | undefined
                return picked ? { ...edge, selected: picked.selected } : edge
              }))}
              onNodeDragStop={dragged}
              onSelectionDragStop={(event, all) => dragged(event, null, all)}
              onNodeClick={() => { setSettings(false); over.set({ way: NOTHING }) }}
              onPaneClick={() => over.set({ way: NOTHING })}
              onConnect={onConnect}
              onConnectEnd={onConnectEnd}
              onReconnect={(old, now) => {
                if (now.target && old.sourceHandle) deeds.link(around, old.source, old.sourceHandle, now.target)
              }}
              isValidConnection={(way) => way.source !== way.target}
              onEdgeMouseEnter={(_event, edge) => over.set({ hovered: edge.id })}
              onEdgeMouseLeave={() => over.set({ hovered: null })}
              onMoveEnd={(_event, viewport) => { desk.look.viewport = viewport }}
              defaultViewport={desk.look.viewport ?? undefined}
              nodesDraggable={!data.readOnly}
              nodesConnectable={!data.readOnly}
              edgesFocusable={!data.readOnly}
              deleteKeyCode={null}
              multiSelectionKeyCode={["Shift", "Meta", "Control"]}
              selectionKeyCode="Shift"
              selectionMode={SelectionMode.Partial}
              connectionRadius={36}
              minZoom={SMALLEST}
              maxZoom={LARGEST}
              onlyRenderVisibleElements={journey.nodes.length > MANY}
              ariaLabelConfig={{
                "node.a11yDescription.default": t("Press Enter to choose the step, then arrows to move it, Delete to delete it."),
                "edge.a11yDescription.default": t("Press Enter to choose the way, then Delete to remove it."),
                "minimap.ariaLabel": t("Map of the journey"),
              }}
              colorMode={data.dark ? "dark" : "light"}
            >
              <Background variant={BackgroundVariant.Dots} gap={22} size={1.4} />
              <MiniMap pannable zoomable nodeColor={(node) => (node as AnyNode).type === "note" ? "#e9c46a" : ((node.data as any).kind?.accent ?? "#64748b")} nodeStrokeWidth={0} nodeBorderRadius={12} />
              <FirstLook />
            </ReactFlow>
            {!journey.nodes.length && !data.readOnly && (
              <div className="empty"><b>{t("An empty board")}</b><p>{t("Drag the first step here from the left, or press A.")}</p></div>
            )}
          </div>
          {!data.readOnly && (one || settings) && (
            <Panel key={one?.id ?? "journey"} step={one} choose={choose} onClose={() => { setSettings(false); choose([]) }} />
          )}
        </div>
        {adding && <KindPicker place={adding.place} onPick={(kind) => add(kind, adding.where)} onClose={() => setAdding(null)} />}
        {said && <Toast said={said} onClose={() => setSaid(null)} />}
        {drop.ghost && <Ghost {...drop.ghost} root={root.current!} />}
      </div>
    </OpenContext.Provider>
  )
}

/** The whole journey comes into sight once its cards have been measured; a journey seen before stays as it was left. */
function FirstLook() {
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

function Ghost({ kind, x, y, root }: { kind: string; x: number; y: number; root: HTMLElement }) {
  const { kinds } = useAround()
  const box = root.getBoundingClientRect()
  const known = kinds.get(kind)
  return (
    <div className="ghost" style={{ left: x - box.left, top: y - box.top, "--accent": known?.accent } as React.CSSProperties}>
      <span className="badge"><Icon name={known?.icon ?? "extension"} /></span>{known?.title ?? kind}
    </div>
  )
}

function middle(element: Element): { x: number; y: number } {
  const box = element.getBoundingClientRect()
  return { x: box.left + box.width / 2, y: box.top + box.height / 2 }
}

function resized(desk: ReturnType<typeof useAround>["desk"], changes: { id: string; dimensions: { width: number; height: number } }[]): void {
  const sizes = new Map(changes.map((one) => [one.id, one.dimensions]))
  const notes = (desk.journey.notes ?? []).map((one) => {
    const size = sizes.get(one.id)
    return size ? { ...one, w: Math.round(size.width), h: Math.round(size.height) } : one
  })
  desk.commit({ ...desk.journey, notes }, "resize")
}

