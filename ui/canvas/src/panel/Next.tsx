// And then: for every exit the step that follows, chosen from a list. The keyboard's way to connect.

import { useState } from "react"

import { useAround, useJourney } from "../around"
import * as deeds from "../deeds"
import { waysOf } from "../document"
import { Icon } from "../icon"
import type { Journey, Step } from "../types"

export function Next({ step, choose }: { step: Step; choose: (ids: Iterable<string>, show?: boolean) => void }) {
  const around = useAround()
  const { desk, exits, wayOut, t } = around
  const journey = useJourney(desk)
  const led = waysOf(journey, step.id)
  const all = [...new Set([...exits(step), ...Object.keys(led)])]
  if (!all.length) return null
  const pick = (exit: string, value: string) => {
    if (value.startsWith(NEW)) deeds.add(around, value.slice(NEW.length), { after: { id: step.id, exit } })
    else deeds.link(around, step.id, exit, value || null)
  }
  return (
    <fieldset className="next">
      <legend>{t("And then?")}</legend>
      {all.map((exit) => (
        <div key={exit} className="row">
          <label className="field">
            <span>{t("After “{exit}”", { exit: wayOut(step.id, exit) })}</span>
            <Target exit={exit} step={step} journey={journey} led={led[exit] ?? ""} onPick={(value) => pick(exit, value)} />
          </label>
          {led[exit] && (
            <button type="button" className="plain" aria-label={t("Go to this step")} title={t("Go to this step")} onClick={() => choose([led[exit]], true)}>
              <Icon name="arrow_forward" />
            </button>
          )}
        </div>
      ))}
    </fieldset>
  )
}

/** What stands for a step that is yet to be made. */
const NEW = "\u0000"

/** The list of all steps is written out when somebody is about to look into it: there may be hundreds, for each exit. */
function Target({ exit, step, journey, led, onPick }: { exit: string; step: Step; journey: Journey; led: string; onPick: (value: string) => void }) {
  const { titleOf, t, data } = useAround()
  const [open, setOpen] = useState(false)
  const others = journey.nodes.filter((one) => (open ? one.id !== step.id : one.id === led))
  const named = names(others, titleOf)
  return (
    <select
      value={led}
      data-testid={`next-${exit}`}
      onFocus={() => setOpen(true)}
      onPointerDown={() => setOpen(true)}
      onChange={(event) => onPick(event.target.value)}
    >
      <option value="">{t("Choose the next step")}</option>
      <optgroup label={t("Steps on the board")}>
        {others.map((one) => <option key={one.id} value={one.id}>{named(one)}</option>)}
      </optgroup>
      {open && (
        <optgroup label={t("A new step")}>
          {data.kinds.map((one) => <option key={one.kind} value={NEW + one.kind}>+ {one.title}</option>)}
        </optgroup>
      )}
    </select>
  )
}

/** Titles, with the id where two steps are called the same. */
function names(steps: Step[], titleOf: (step: Step) => string): (step: Step) => string {
  const times = new Map<string, number>()
  for (const one of steps) times.set(titleOf(one), (times.get(titleOf(one)) ?? 0) + 1)
  return (one) => (times.get(titleOf(one))! > 1 ? `${titleOf(one)} (${one.id})` : titleOf(one))
}
