// What hangs on the pointer while a kind of step is dragged onto the board.

import { useAround } from "../around"
import { Icon } from "../icon"

export function Ghost({ kind, x, y, root }: { kind: string; x: number; y: number; root: HTMLElement }) {
  const { kinds } = useAround()
  const box = root.getBoundingClientRect()
  const known = kinds.get(kind)
  return (
    <div className="ghost" style={{ left: x - box.left, top: y - box.top, "--accent": known?.accent } as React.CSSProperties}>
      <span className="badge"><Icon name={known?.icon ?? "extension"} /></span>{known?.title ?? kind}
    </div>
  )
}
