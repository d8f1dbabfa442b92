// Several words as chips: typed and entered, pasted with commas, taken away one by one; known ones are offered.

import { useId, useState } from "react"

import { useAround } from "../around"
import { buttonsBefore } from "../buttons"
import { Icon } from "../icon"
import type { DrawProps } from "./fields"

export function Words({ field, value, put, step }: DrawProps) {
  const { desk, data } = useAround()
  const given = Array.isArray(value) ? value.map(String) : []
  const buttons = field.name === "buttons" && step ? buttonsBefore(desk.journey, step.id) : []
  const offered = buttons.length ? buttons : field.name.includes("tags") ? data.facts.tags.map((id) => ({ id, title: id })) : []
  return <Chips label={field.title} help={field.help} given={given} offered={offered} most={field.most} put={(next) => put(next.length || field.required ? next : undefined)} />
}

export function Chips({ label, help, given, offered, most, put }: {
  label: string
  help?: string
  given: string[]
  offered: { id: string; title: string }[]
  most?: number | null
  put: (next: string[]) => void
}) {
  const { t } = useAround()
  const id = useId()
  const [typed, setTyped] = useState("")
  const titles = new Map(offered.map((one) => [one.id, one.title]))
  const add = (text: string) => {
    const fresh = text.split(/[,;\n]/).map((one) => one.trim()).filter((one) => one && !given.includes(one))
    if (fresh.length) put([...given, ...new Set(fresh)].slice(0, most ?? undefined))
    setTyped("")
  }
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <div className="chips">
        {given.map((one) => (
          <span key={one} className="chip">
            {titles.get(one) ?? one}
            <button type="button" aria-label={t("Remove {name}", { name: one })} onClick={() => put(given.filter((each) => each !== one))}><Icon name="close" /></button>
          </span>
        ))}
        <input
          id={id}
          value={typed}
          placeholder={given.length ? "" : t("Type and press Enter")}
          onChange={(event) => (/[,;\n]/.test(event.target.value) ? add(event.target.value) : setTyped(event.target.value))}
          onKeyDown={(event) => {
            if (event.key === "Enter") { event.preventDefault(); add(typed) }
            if (event.key === "Backspace" && !typed && given.length) put(given.slice(0, -1))
          }}
          onBlur={() => typed.trim() && add(typed)}
        />
      </div>
      {offered.some((one) => !given.includes(one.id)) && (
        <div className="offers">
          {offered.filter((one) => !given.includes(one.id)).slice(0, 12).map((one) => (
            <button key={one.id} type="button" onClick={() => put([...given, one.id])}>+ {one.title}</button>
          ))}
        </div>
      )}
      {help && <small>{help}</small>}
    </div>
  )
}
