// Durations, moments and times of day, as people write them.

import { useEffect, useId, useState } from "react"

import { useAround } from "../around"
import { read, say } from "../durations"
import type { Json } from "../types"
import { Labelled, type DrawProps } from "./fields"

/** A duration as people write it; what cannot be read is told and changes nothing. */
export function DurationInput({ value, put, id, nullable, label }: {
  value: Json
  put: (next: string | undefined) => void
  id?: string
  nullable: boolean
  label?: string
}) {
  const { data, t } = useAround()
  const [typed, setTyped] = useState<string | null>(null)
  const said = say(value, data.language)
  useEffect(() => setTyped(null), [value])
  const understood = typed === null || typed.trim() === "" ? null : read(typed)
  const done = () => {
    if (typed === null) return
    if (typed.trim() === "" && nullable) put(undefined)
    else if (understood) put(understood)
    setTyped(null)
  }
  const bad = typed !== null && typed.trim() !== "" && understood === null
  return (
    <>
      <input
        id={id}
        value={typed ?? said}
        placeholder={t("2 days, 1 h 30 min")}
        aria-label={label}
        aria-invalid={bad}
        onChange={(event) => setTyped(event.target.value)}
        onBlur={done}
        onKeyDown={(event) => event.key === "Enter" && done()}
      />
      {bad && <small className="bad" role="alert">{t("Write a number and a unit, like 2 days or 1 h 30 min.")}</small>}
      {understood && understood !== value && <small className="read">= {say(understood, data.language)}</small>}
    </>
  )
}

export function Duration({ field, value, put }: DrawProps) {
  const id = useId()
  return (
    <Labelled field={field} id={id}>
      <DurationInput id={id} value={value} put={put} nullable={field.nullable} />
    </Labelled>
  )
}

export function Patience({ field, value, put }: DrawProps) {
  const { t } = useAround()
  const id = useId()
  const forever = value === "forever"
  return (
    <Labelled field={field} id={id}>
      {!forever && <DurationInput id={id} value={value} put={put} nullable={field.nullable} />}
      <label className="flag small">
        <input id={forever ? id : undefined} type="checkbox" checked={forever} onChange={(event) => put(event.target.checked ? "forever" : "P1D")} />
        <span>{t("As long as it takes")}</span>
      </label>
    </Labelled>
  )
}

export function Instant({ field, value, put }: DrawProps) {
  const id = useId()
  const date = typeof value === "string" ? new Date(value) : null
  const two = (one: number) => String(one).padStart(2, "0")
  const local = date && !Number.isNaN(date.getTime())
    ? `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}T${two(date.getHours())}:${two(date.getMinutes())}`
    : ""
  return (
    <Labelled field={field} id={id}>
      <input id={id} type="datetime-local" value={local} onChange={(event) => put(event.target.value ? new Date(event.target.value).toISOString() : undefined)} />
    </Labelled>
  )
}

export function Clock({ field, value, put }: DrawProps) {
  const id = useId()
  return (
    <Labelled field={field} id={id}>
      <input id={id} type="time" value={String(value ?? "")} onChange={(event) => put(event.target.value || undefined)} />
    </Labelled>
  )
}

export function Clocks({ field, value, put }: DrawProps) {
  const { t } = useAround()
  const pair = Array.isArray(value) ? (value as string[]) : null
  return (
    <fieldset className="field clocks">
      <label className="flag">
        <input type="checkbox" role="switch" checked={pair !== null} onChange={(event) => put(event.target.checked ? ["21:00", "09:00"] : undefined)} />
        <span>{field.title}{field.help && <small>{field.help}</small>}</span>
      </label>
      {pair && (
        <div className="two">
          <input type="time" aria-label={t("From")} value={pair[0]} onChange={(event) => event.target.value && put([event.target.value, pair[1]])} />
          <span>—</span>
          <input type="time" aria-label={t("Until")} value={pair[1]} onChange={(event) => event.target.value && put([pair[0], event.target.value])} />
        </div>
      )}
    </fieldset>
  )
}
