// Kinds of steps to choose from, found by a few letters; arrows and Enter choose.

import { useId, useMemo, useState } from "react"

import { useAround } from "../around"
import { Icon } from "../icon"
import type { Kind } from "../types"

export function useFound(text: string): Kind[] {
  const { data } = useAround()
  return useMemo(() => {
    const words = text.toLowerCase().split(/\s+/).filter(Boolean)
    const said = (one: Kind) => `${one.title} ${one.about} ${one.kind}`.toLowerCase()
    const found = data.kinds.filter((one) => words.every((word) => said(one).includes(word)))
    const begins = (one: Kind) => (words.length && one.title.toLowerCase().startsWith(words[0]) ? 0 : 1)
    return [...found].sort((a, b) => begins(a) - begins(b))
  }, [text, data.kinds])
}

/** The list that opens at a place on the board. */
export function KindPicker({ place, onPick, onClose }: {
  place: { x: number; y: number }
  onPick: (kind: string) => void
  onClose: () => void
}) {
  const { t } = useAround()
  const [text, setText] = useState("")
  const [at, setAt] = useState(0)
  const found = useFound(text)
  const list = useId()
  const here = Math.min(at, found.length - 1)
  const keys = (event: React.KeyboardEvent) => {
    event.stopPropagation()
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (by) {
      event.preventDefault()
      setAt((here + by + found.length) % Math.max(found.length, 1))
    } else if (event.key === "Enter" && found[here]) {
      event.preventDefault()
      onPick(found[here].kind)
    } else if (event.key === "Escape" || event.key === "Tab") onClose()
  }
  return (
    <div className="veil" onPointerDown={onClose}>
      <div className="picker" style={{ left: place.x, top: place.y }} onPointerDown={(event) => event.stopPropagation()} data-testid="picker">
        <input
          autoFocus
          role="combobox"
          aria-expanded="true"
          aria-controls={list}
          aria-activedescendant={found[here] ? `${list}-${here}` : undefined}
          aria-label={t("Find a step to add")}
          placeholder={t("Find a step to add")}
          value={text}
          onChange={(event) => { setText(event.target.value); setAt(0) }}
          onKeyDown={keys}
        />
        <ul role="listbox" id={list} aria-label={t("Steps")}>
          {found.map((one, number) => (
            <li
              key={one.kind}
              id={`${list}-${number}`}
              role="option"
              aria-selected={number === here}
              style={{ "--accent": one.accent } as React.CSSProperties}
              onPointerMove={() => setAt(number)}
              onClick={() => onPick(one.kind)}
              data-testid={`pick-${one.kind}`}
            >
              <span className="badge"><Icon name={one.icon} /></span>
              <span><b>{one.title}</b><small>{one.about}</small></span>
            </li>
          ))}
        </ul>
        {!found.length && <p className="nothing">{t("Nothing is called so.")}</p>}
      </div>
    </div>
  )
}
