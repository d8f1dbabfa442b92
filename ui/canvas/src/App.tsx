// The whole canvas: palette, board, panel; what is chosen and what is open.

import { ReactFlowProvider } from "@xyflow/react"
import { useMemo } from "react"

import { AroundOf, around, type Act } from "./around"
import { Board } from "./board/Board"
import type { Desk } from "./desk"
import type { Data } from "./types"

export function App({ data, desk, act }: { data: Data; desk: Desk; act: Act }) {
  const value = useMemo(() => around(data, desk, act), [data, desk])
  return (
    <AroundOf value={value}>
      <ReactFlowProvider>
        <Board key={`${data.readOnly}:${data.docId}`} />
      </ReactFlowProvider>
    </AroundOf>
  )
}
