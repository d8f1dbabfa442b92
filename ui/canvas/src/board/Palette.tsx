// The palette: every kind of step, found by a few letters, dragged onto the board or added by Enter.

import { memo, useState } from "react"

import { useAround } from "../around"
import { Icon } from "../icon"
import { useFound } from "./Kinds"

export const Palette = memo(function Palette({ onDrag, onAdd }: {
  onDrag: (kind: string, event: React.PointerEvent) => void
  onAdd: (kind: string) => void
}) {
  const { t } = useAround()
  const [text, setText] = useState("")
  const found = useFound(text)
  return (
    <nav className="palette" aria-label={t("Steps")} data-testid="palette">
      <input
        type="search"
        value={text}
        placeholder={t("Find a step to add")}
        aria-label={t("Find a step to add")}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => {
          event.stopPropagation()
          if (event.key === "Enter" && found[0]) onAdd(found[0].kind)
        }}
      />
      <ul>
        {found.map((one) => (
          <li key={one.kind}>
            <button
              type="button"
              title={one.about}
              style={{ "--accent": one.accent } as React.CSSProperties}
              data-testid={`palette-${one.kind}`}
              onPointerDown={(event) => onDrag(one.kind, event)}
              // A press with the pointer ends in a drop; the keyboard alone clicks without one.
              onClick={(event) => event.detail === 0 && onAdd(one.kind)}
            >
              <span className="badge"><Icon name={one.icon} /></span>
              <span className="name">{one.title}</span>
            </button>
          </li>
        ))}
      </ul>
      {!found.length && <p className="nothing">{t("Nothing is called so.")}</p>}
    </nav>
  )
})
