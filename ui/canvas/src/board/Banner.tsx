// Over the board: somebody else saved meanwhile, or saving does not work just now.

import { memo, useState } from "react"

import { useAround, useJourney } from "../around"
import { difference, type Difference } from "../difference"
import { Icon } from "../icon"
import { fieldsOf } from "../schema"

export const Banner = memo(function Banner({ choose }: { choose: (ids: Iterable<string>, show?: boolean) => void }) {
  const { data, desk, t } = useAround()
  const mine = useJourney(desk)
  const [shown, setShown] = useState(false)
  if (desk.theirs) {
    return (
      <section className="banner" role="alert" data-testid="conflict">
        <p><Icon name="sync_problem" />{t("Somebody else changed this journey while you worked. Whose version stays?")}</p>
        <div>
          <button type="button" className="main" onClick={() => desk.keepMine()}>{t("Keep mine")}</button>
          <button type="button" onClick={() => desk.takeTheirs()}>{t("Take theirs")}</button>
          <button type="button" aria-expanded={shown} onClick={() => setShown(!shown)}>{t("See the difference")}</button>
        </div>
        {shown && <Differences found={difference(mine, desk.theirs.document)} choose={choose} />}
      </section>
    )
  }
  if (data.trouble && desk.dirty) {
    return (
      <section className="banner" role="status" data-testid="trouble">
        <p><Icon name="cloud_off" />{t("Your changes are kept here and will be saved as soon as Tropa answers.")} {data.trouble}</p>
      </section>
    )
  }
  return null
})

function Differences({ found, choose }: { found: Difference[]; choose: (ids: Iterable<string>, show?: boolean) => void }) {
  const { data, kinds, t, titleOf } = useAround()
  const words = { added: t("only in theirs"), removed: t("only in mine"), changed: "", journey: "" }
  const called = (one: Difference, name: string) => {
    const schema = one.step ? kinds.get(one.step.kind)?.schema : data.journeySchema
    return fieldsOf(schema ?? {}).find((each) => each.name === name)?.title ?? (name === "ways" ? t("ways out") : name === "Title" ? t("Title") : name)
  }
  return (
    <ul className="differences">
      {found.map((one) => (
        <li key={one.step?.id ?? ""}>
          <button type="button" className="plain" disabled={!one.step || one.what === "added"} onClick={() => one.step && choose([one.step.id], true)}>
            <b>{one.step ? titleOf(one.step) : t("The journey's settings")}</b>
          </button>{" "}
          {words[one.what]}
          {one.names.map(({ name, mine, theirs }) => (
            <p key={name}>{called(one, name)}{mine !== theirs && <>: {t("mine")} <q>{mine}</q> · {t("theirs")} <q>{theirs}</q></>}</p>
          ))}
        </li>
      ))}
      {!found.length && <li>{t("Only places on the board differ.")}</li>}
    </ul>
  )
}
