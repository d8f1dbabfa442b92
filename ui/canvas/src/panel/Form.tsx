// A form drawn from fields: what everybody fills in stands in front, the rest under «More settings».

import { useRef, useState } from "react"

import { useAround } from "../around"
import { Icon } from "../icon"
import { changeMeaning, meaningOf, type Field, type Meaning } from "../schema"
import type { Json, Problem, Settings, Step } from "../types"
import { Draw } from "./fields"
import { Wrong } from "./Panel"

export interface FormProps {
  fields: Field[]
  meanings: Meaning[]
  front: string[] | null
  value: Settings
  change: (next: Settings, what: string) => void
  step: Step | null
  problems: Problem[]
  /** Where in the settings this form stands, as problems name places: `branches.0`. */
  path: string
}

export function Form(props: FormProps) {
  const { fields, meanings, front, value, change } = props
  const { t } = useAround()
  // Decided once: what unfolds by itself while somebody reaches for it is folded again by their press.
  const [open, setOpen] = useState<boolean | null>(null)
  const owned = new Set(meanings.flatMap((one) => one.fields))
  const now = meanings.length ? meaningOf(meanings, value) : null
  // What a meaning is by being on, as «anybody who writes», is not asked again.
  const mine = now
    ? now.fields.filter((name) => now.begins[name] !== true).map((name) => fields.find((one) => one.name === name)).filter((one) => one !== undefined)
    : []
  const free = fields.filter((one) => !owned.has(one.name))
  const first = front ? front.map((name) => free.find((one) => one.name === name)).filter((one) => one !== undefined) : now ? [] : free
  const rest = free.filter((one) => !first.includes(one))
  const used = rest.filter((one) => one.name !== "id" && value[one.name] !== undefined && value[one.name] !== null && JSON.stringify(value[one.name]) !== JSON.stringify(one.default))
  const wrong = rest.some((one) => wrongIn(props, one))
  const unfolded = useRef(wrong)
  return (
    <>
      {now && (
        <label className="field">
          <span>{t("Kind")}</span>
          <select
            value={now.name}
            data-testid={`meaning-${props.path}`}
            onChange={(event) => change(changeMeaning(meanings, value, meanings.find((one) => one.name === event.target.value)!), "")}
          >
            {meanings.map((one) => <option key={one.name} value={one.name}>{one.title}</option>)}
          </select>
        </label>
      )}
      {[...mine, ...first].map((one) => <Placed key={one.name} {...props} field={one} needed={now?.fields.includes(one.name) && one.name in now.begins} />)}
      {rest.length > 0 && (
        <details className="more" open={open ?? unfolded.current} onToggle={(event) => setOpen(event.currentTarget.open)}>
          <summary><Icon name="tune" />{t("More settings")}{wrong ? <Icon name="error" /> : used.length > 0 && <b className="dot" aria-label={t("filled in")} />}</summary>
          {rest.map((one) => <Placed key={one.name} {...props} field={one} />)}
        </details>
      )}
    </>
  )
}

const joined = (path: string, name: string | number) => (path ? `${path}.${name}` : String(name))
const wrongIn = (props: FormProps, one: Field) => props.problems.some((each) => each.path?.startsWith(joined(props.path, one.name)))

/** A field with what is wrong with it. */
function Placed({ field, needed, ...props }: FormProps & { field: Field; needed?: boolean }) {
  const { value, change, problems } = props
  const path = joined(props.path, field.name)
  const deeper = ["rows", "group", "map"].includes(field.shape)
  const wrong = problems.filter((one) => one.path === path || (!deeper && one.path?.startsWith(`${path}.`)))
  const put = (next: Json | undefined, what = "") => {
    const made = { ...value }
    if (next === undefined) delete made[field.name]
    else made[field.name] = next
    change(made, what || path)
  }
  return (
    <div className={wrong.some((one) => one.level === "error") ? "placed bad" : "placed"} data-testid={`field-${path}`}>
      <Draw
        field={needed ? { ...field, required: true, nullable: false } : field}
        value={value[field.name] ?? field.default}
        put={put}
        step={props.step}
        problems={problems}
        path={path}
        around={value}
      />
      <Wrong problems={wrong} />
    </div>
  )
}
