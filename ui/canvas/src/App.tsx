// The whole canvas: palette, board, panel; what is chosen and what is open.

import { ReactFlowProvider } from "@xyflow/react"
import { useMemo } from "react"

import { AroundOf, around, wordsOf, type Act } from "./around"
import { Board } from "./board/Board"
import type { Desk } from "./desk"
import type { Shown } from "./steady"

export function App({ data, desk, act }: { data: Shown; desk: Desk; act: Act }) {
  const { labels, exitNames, language } = data
  const words = useMemo(() => wordsOf(labels, exitNames, language), [labels, exitNames, language])
  const value = useMemo(() => around(data, desk, act, words), [data, desk, act, words])
  return (
    <AroundOf value={value} words={words}>
      <ReactFlowProvider>
        <Board key={`${data.readOnly}:${data.docId}`} />
      </ReactFlowProvider>
    </AroundOf>
  )
}
