// How the board is looked at: from afar cards are simpler, and while it moves nothing on it listens to the pointer.
// Both are told to the style sheet alone: no card is drawn anew for it.

import { useOnViewportChange, useStore } from "@xyflow/react"
import { useEffect, type RefObject } from "react"

import { Overview } from "./Overview"

/** Smaller than this, only titles can be read, and smaller than the other, not even those. */
const [TITLES, BLOCKS] = [0.4, 0.2]

export function Distance({ board, many }: { board: RefObject<HTMLDivElement | null>; many: boolean }) {
  const afar = useStore(({ transform: [, , zoom] }) => zoom < TITLES)
  const blocks = useStore(({ transform: [, , zoom] }) => zoom < BLOCKS && many)
  useEffect(() => {
    board.current!.toggleAttribute("data-afar", afar)
  }, [afar])
  useEffect(() => {
    board.current!.toggleAttribute("data-blocks", blocks)
  }, [blocks])
  useOnViewportChange({
    onStart: () => { board.current!.dataset.moving ??= "itself" },
    onEnd: () => { delete board.current!.dataset.moving },
  })
  return blocks ? <Overview /> : null
}
