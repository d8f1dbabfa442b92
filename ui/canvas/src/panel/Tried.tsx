// Which of the last replies would take which branch: asked of Python, which alone knows how answers are matched.

import { useEffect, useState } from "react"

import { useAround, useJourney } from "../around"
import { buttonsBefore } from "../buttons"
import { Icon } from "../icon"
import type { Json, Step } from "../types"

interface Match {
  text: string
  exit: string
  why: string
}

export function Tried({ step }: { step: Step }) {
  const { ask, data, desk, t, wayOut } = useAround()
  const journey = useJourney(desk)
  const [asked, setAsked] = useState(0)
  const [own, setOwn] = useState("")
  const [found, setFound] = useState<Match[] | null>(null)
  useEffect(() => {
    if (asked && data.answer?.asked === asked) setFound(data.answer.what as unknown as Match[])
  }, [data.answer, asked])
  const look = () =>
    setAsked(ask("match", {
      branches: (step.settings?.branches ?? []) as Json,
      options: buttonsBefore(journey, step.id) as unknown as Json,
      text: own,
    }))
  return (
    <section className="tried">
      <h3>{t("Which answers go where")}</h3>
      <div className="pair tall">
        <input value={own} placeholder={t("Try an answer of your own")} aria-label={t("Try an answer of your own")} onChange={(event) => setOwn(event.target.value)} onKeyDown={(event) => event.key === "Enter" && look()} />
        <button type="button" onClick={look} data-testid="try-replies"><Icon name="quickreply" />{t("Try the last replies")}</button>
      </div>
      {found && (
        <ul>
          {found.map((one, number) => <li key={number} title={one.why}><span>{one.text}</span><b data-exit={one.exit}>{wayOut(step.id, one.exit)}</b></li>)}
          {!found.length && <li className="nothing">{t("Nobody has written anything yet.")}</li>}
        </ul>
      )}
    </section>
  )
}
