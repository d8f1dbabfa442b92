// A way between two steps: a curve, its count when the journey runs, and the buttons of a chosen way.

import { BaseEdge, EdgeLabelRenderer, getBezierPath, type EdgeProps } from "@xyflow/react"
import { memo } from "react"

import { useAround, useWords } from "../around"
import { dropWay } from "../deeds"
import { Icon } from "../icon"
import type { WayEdge } from "./flow"
import { useOpen, useOver } from "./open"

export const WayLine = memo(function WayLine(props: EdgeProps<WayEdge>) {
  const { id, data, selected, markerEnd } = props
  const back = props.targetX < props.sourceX + 20
  const [path, x, y] = getBezierPath({ ...props, curvature: back ? 0.6 : 0.3 })
  const { short } = useWords()
  const { hovered, target, onWay } = useOver(id, props.source, props.target)
  const shown = !data?.readOnly && (selected || hovered || target)
  return (
    <>
      <BaseEdge id={id} path={path} markerEnd={markerEnd} interactionWidth={24} className={target ? "target" : onWay ? "on-way" : ""} />
      {data && data.count !== null && data.count > 0 && (
        <EdgeLabelRenderer>
          <span className="way-count" style={{ transform: at(x, y) }}>{short(data.count)}</span>
        </EdgeLabelRenderer>
      )}
      {shown && data && (
        <EdgeLabelRenderer>
          <Tools edge={data} x={x} y={y} id={id} />
        </EdgeLabelRenderer>
      )}
    </>
  )
})

const at = (x: number, y: number) => `translate(-50%, -50%) translate(${x}px, ${y}px)`

function Tools({ edge, x, y, id }: { edge: NonNullable<WayEdge["data"]>; x: number; y: number; id: string }) {
  const here = useAround()
  const open = useOpen()
  return (
    <div
      className="way-tools nodrag nopan"
      style={{ transform: at(x, y) }}
      onMouseEnter={() => open.over.set({ hovered: id })}
      onMouseLeave={() => open.over.set({ hovered: null })}
    >
      <button
        type="button"
        aria-label={here.t("Insert a step")}
        title={here.t("Insert a step")}
        onClick={(event) => open.quickAdd({ into: edge.way }, event.currentTarget)}
      >
        <Icon name="add" />
      </button>
      <button type="button" aria-label={here.t("Remove the way")} title={here.t("Remove the way")} onClick={() => dropWay(here, edge.way)}>
        <Icon name="close" />
      </button>
    </div>
  )
}
