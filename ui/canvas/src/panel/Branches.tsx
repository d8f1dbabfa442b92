// Branches of an answer from the buttons of the message before it: one press for those that have none yet.

import { useAround, useJourney } from "../around"
import { buttonsBefore, withBranch } from "../buttons"
import { waysOf } from "../document"
import { Icon } from "../icon"
import type { Settings, Step } from "../types"

export function ButtonBranches({ step, rows, put }: { step: Step; rows: Settings[]; put: (next: Settings[]) => void }) {
  const { desk, t } = useAround()
  const journey = useJourney(desk)
  const before = journey.nodes.filter((one) => Object.values(waysOf(journey, one.id)).includes(step.id))
  const near = new Set(before.flatMap((one) => ((one.settings?.buttons ?? []) as any[]).map((each) => String(each?.id))))
  const missing = buttonsBefore(journey, step.id).filter(
    (one) => near.has(one.id) && !rows.some((row) => Array.isArray(row.buttons) && row.buttons.includes(one.id)),
  )
  if (!missing.length) return null
  const add = () => {
    let settings: Settings = { branches: rows }
    for (const one of missing) settings = withBranch(settings, one.id).settings
    put(settings.branches as Settings[])
  }
  return (
    <button type="button" className="add" onClick={add} data-testid="branches-of-buttons">
      <Icon name="smart_button" />{t("A branch per button: {names}", { names: missing.map((one) => one.title).join(", ") })}
    </button>
  )
}
