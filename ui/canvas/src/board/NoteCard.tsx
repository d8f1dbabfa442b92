// A note on the board: words for colleagues, that no contact ever sees.

import { NodeResizer, type NodeProps } from "@xyflow/react"
import { memo } from "react"

import { useAround } from "../around"
import type { NoteNode } from "./flow"

export const NoteCard = memo(function NoteCard({ id, data, selected }: NodeProps<NoteNode>) {
  const { desk, t } = useAround()
  const write = (text: string) => {
    const notes = (desk.journey.notes ?? []).map((one) => (one.id === id ? { ...one, text } : one))
    desk.commit({ ...desk.journey, notes }, `note ${id}`)
  }
  return (
    <div className="note" data-testid={`note-${id}`}>
      <NodeResizer isVisible={selected && !data.readOnly} minWidth={120} minHeight={60} />
      <textarea
        className={selected ? "nodrag nowheel" : ""}
        value={data.note.text}
        readOnly={data.readOnly}
        placeholder={t("A note for your colleagues")}
        aria-label={t("Note")}
        onChange={(event) => write(event.target.value)}
      />
    </div>
  )
})
