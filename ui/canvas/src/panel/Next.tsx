// And then: for every exit the step that follows, chosen from a list. The keyboard's way to connect.

import { useAround, useJourney } from "../around"
import * as deeds from "../deeds"
import { waysOf } from "../document"
import { Icon } from "../icon"
import type { Step } from "../types"

export function Next({ step, choose }: { step: Step; choose: (ids: Iterable<string>, show?: boolean) => void }) {
  const around = useAround()
  const { desk, data, exits, exitName, titleOf, t, kinds } = around
  const journey = useJourney(desk)
  const led = waysOf(journey, step.id)
  const all = [...new Set([...exits(step), ...Object.keys(led)])]
  if (!all.length) return null
  const others = journey.nodes.filter((one) => one.id !== step.id)
  const titles = new Map<string, number>()
  for (const one of others) titles.set(titleOf(one), (titles.get(titleOf(one)) ?? 0) + 1)
  const named = (one: Step) => (titles.get(titleOf(one))! > 1 ? `${titleOf(one)} (${one.id})` : titleOf(one))
  const pick = (exit: string, value: string) => {
    if (value.startsWith("\u0000")) deeds.add(around, value.slice(1), { after: { id: step.id, exit } })
    else deeds.link(around, step.id, exit, value || null)
  }
  return (
    <fieldset className="next">
      <legend>{t("And then?")}</legend>
      {all.map((exit) => (
        <div key={exit} className="row">
          <label className="field">
            <span>{t("After “{exit}”", { exit: exitName(exit) })}</span>
            <select value={led[exit] ?? ""} onChange={(event) => pick(exit, event.target.value)} data-testid={`next-${exit}`}>
              <option value="">{t("Choose the next step")}</option>
              <optgroup label={t("Steps on the board")}>
                {others.map((one) => <option key={one.id} value={one.id}>{named(one)}</option>)}
              </optgroup>
              <optgroup label={t("A new step")}>
                {data.kinds.map((one) => <option key={one.kind} value={`\u0000${one.kind}`}>+ {kinds.get(one.kind)!.title}</option>)}
              </optgroup>
            </select>
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
