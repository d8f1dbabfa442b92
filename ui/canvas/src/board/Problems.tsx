// What Python found wrong, in one list; a press shows the step.

import { useEffect, useRef, useState } from "react"

import { useAround, useJourney } from "../around"
import { stepOf } from "../document"
import { Icon } from "../icon"

export function Problems({ choose }: { choose: (ids: Iterable<string>, show?: boolean) => void }) {
  const { data, desk, t, titleOf } = useAround()
  const journey = useJourney(desk)
  const [open, setOpen] = useState(false)
  const root = useRef<HTMLDivElement>(null)
  useEffect(() => {
    if (!open) return
    const away = (event: Event) => !event.composedPath().includes(root.current!) && setOpen(false)
    addEventListener("pointerdown", away, true)
    return () => removeEventListener("pointerdown", away, true)
  }, [open])
  const errors = data.problems.filter((one) => one.level === "error").length
  if (!data.problems.length) return <span className="fine" role="status"><Icon name="check_circle" />{t("No problems")}</span>
  return (
    <div className="problems" ref={root} onKeyDown={(event) => event.key === "Escape" && setOpen(false)}>
      <button type="button" aria-expanded={open} className={errors ? "error" : "warning"} onClick={() => setOpen(!open)} data-testid="problems">
        <Icon name={errors ? "error" : "warning"} />{t("Problems: {n}", { n: data.problems.length })}
      </button>
      {open && (
        <ul className="list" aria-label={t("Problems")}>
          {data.problems.map((one, number) => {
            const step = stepOf(journey, one.node)
            return (
              <li key={number}>
                <button type="button" className="plain" onClick={() => { setOpen(false); choose(step ? [step.id] : [], true) }}>
                  <Icon name={one.level === "error" ? "error" : "warning"} />
                  <span><b>{step ? titleOf(step) : t("The journey")}</b> {one.text} <small>{one.fix}</small></span>
                </button>
              </li>
            )
          })}
        </ul>
      )}
    </div>
  )
}
