// Finds a step by its title, its words or its id, and shows it.

import { useRef, useState } from "react"

import { useAround, useJourney } from "../around"
import { Icon } from "../icon"
import type { Step } from "../types"

export function Search({ choose }: { choose: (ids: Iterable<string>, show?: boolean) => void }) {
  const around = useAround()
  const { desk, data, t, titleOf, kinds } = around
  const journey = useJourney(desk)
  const [text, setText] = useState("")
  const [at, setAt] = useState(0)
  const input = useRef<HTMLInputElement>(null)
  const wanted = text.trim().toLowerCase()
  const says = (one: Step) =>
    `${titleOf(one)} ${kinds.get(one.kind)?.title ?? ""} ${one.id} ${data.told[one.id]?.sentence ?? ""} ${JSON.stringify(one.settings ?? {})}`.toLowerCase()
  const found = wanted ? journey.nodes.filter((one) => says(one).includes(wanted)).slice(0, 8) : []
  const show = (one: Step | undefined) => {
    if (!one) return
    setText("")
    choose([one.id], true)
    const board = input.current!.getRootNode() as ShadowRoot
    requestAnimationFrame(() => board.querySelector<HTMLElement>(`.react-flow__node[data-id="${CSS.escape(one.id)}"]`)?.focus())
  }
  const keys = (event: React.KeyboardEvent) => {
    event.stopPropagation()
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (by && found.length) {
      event.preventDefault()
      setAt((at + by + found.length) % found.length)
    } else if (event.key === "Enter") show(found[at])
    else if (event.key === "Escape") setText("")
  }
  return (
    <div className="search" role="search">
      <Icon name="search" />
      <input
        ref={input}
        data-search
        value={text}
        placeholder={t("Find on the board")}
        aria-label={t("Find on the board")}
        onChange={(event) => { setText(event.target.value); setAt(0) }}
        onKeyDown={keys}
      />
      {wanted && (
        <ul className="list">
          {found.map((one, number) => (
            <li key={one.id}>
              <button type="button" className="plain" data-here={number === at} onClick={() => show(one)}>
                <Icon name={kinds.get(one.kind)?.icon ?? "extension"} />
                <span><b>{titleOf(one)}</b> <small>{data.told[one.id]?.sentence}</small></span>
              </button>
            </li>
          ))}
          {!found.length && <li className="nothing">{t("Nothing is called so.")}</li>}
        </ul>
      )}
    </div>
  )
}
