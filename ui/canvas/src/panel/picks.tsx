// Names to choose from: those that are known, and where it makes sense any other.

import { useId } from "react"

import { useAround } from "../around"
import type { Named } from "../types"

export function Written({ label, value, put, offered }: { label: string; value: string; put: (next: string) => void; offered: { id: string; about?: string }[] }) {
  const list = useId()
  return (
    <>
      <input list={list} aria-label={label} placeholder={label} value={value} onChange={(event) => put(event.target.value)} />
      <datalist id={list}>{offered.map((one) => <option key={one.id} value={one.id} label={one.about} />)}</datalist>
    </>
  )
}

/** One of some words; another one that a rule has already stays. */
export function OneOf({ label, value, put, offered }: { label: string; value: string; put: (next: string) => void; offered: Named[] }) {
  const { t } = useAround()
  return (
    <select aria-label={label} value={value} onChange={(event) => put(event.target.value)}>
      {!offered.some((one) => one.name === value) && <option value={value}>{value || t("Choose")}</option>}
      {offered.map((one) => <option key={one.name} value={one.name}>{one.title}</option>)}
    </select>
  )
}
