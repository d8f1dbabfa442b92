// A message's button led on: the answer step after the message gets a branch for it, and is made where there is none.

import type { Around } from "./around"
import { addStep, connect, placeAfter, setStep, stepOf, waysOf } from "./document"
import type { Json, Journey, Settings, Step } from "./types"

type Branch = { exit: string; buttons?: string[]; [more: string]: Json | undefined }

/** The kind of step that hears answers: the one whose branches list buttons. */
function answering(around: Around): string | undefined {
  return around.data.kinds.find((one) => {
    const items = one.schema.properties?.branches?.items
    const row = items?.$ref ? one.schema.$defs?.[items.$ref.split("/").pop()] : items
    return Boolean(row?.properties?.buttons)
  })?.kind
}

/** An exit's name from a button's id. */
export const exitFor = (button: string, taken: string[]): string => {
  const base = button.toLowerCase().replace(/[^a-z0-9_]/g, "_").slice(0, 36) || "way"
  let name = base
  for (let number = 2; taken.includes(name); number += 1) name = `${base}_${number}`
  return name
}

export function answerButton(around: Around, message: string, button: string, target: string): void {
  const { desk } = around
  const kind = answering(around)
  const step = stepOf(desk.journey, message)
  const exit = step && around.exits(step)[0]
  if (!kind || !step || !exit) return
  let journey = desk.journey
  const next = stepOf(journey, waysOf(journey, message)[exit] ?? null)
  let answer: Step
  if (next?.kind === kind) answer = next
  else {
    const begins = { ...around.kinds.get(kind)!.begins, branches: [] as Json[] }
    const made = addStep(journey, kind, begins, placeAfter(journey, step))
    journey = connect(made.journey, message, exit, made.id)
    if (next) journey = connect(journey, made.id, "something_else", next.id)
    answer = stepOf(journey, made.id)!
  }
  const { settings, exit: branch } = withBranch(answer.settings ?? {}, button)
  journey = setStep(journey, answer.id, { settings })
  desk.commit(connect(journey, answer.id, branch, target))
}

/** Settings with a branch for the button, and that branch's exit. */
export function withBranch(settings: Settings, button: string): { settings: Settings; exit: string } {
  const branches = (settings.branches ?? []) as Branch[]
  const found = branches.find((one) => one.buttons?.includes(button))
  if (found) return { settings, exit: found.exit }
  const exit = exitFor(button, branches.map((one) => one.exit))
  return { settings: { ...settings, branches: [...branches, { exit, buttons: [button] }] as Json }, exit }
}

/** Buttons of messages that lead to the step, with their titles: what its branches can name. */
export function buttonsBefore(journey: Journey, id: string): { id: string; title: string }[] {
  const before = new Set(journey.edges.filter((one) => one.target === id).map((one) => one.source))
  const sorted = [...journey.nodes].sort((a, b) => Number(before.has(b.id)) - Number(before.has(a.id)))
  const found = sorted.flatMap((one) => (Array.isArray(one.settings?.buttons) ? (one.settings.buttons as any[]) : []))
  const named = found.filter((one) => one?.id && !one.url && !one.copy)
  return [...new Map(named.map((one) => [String(one.id), { id: String(one.id), title: String(one.title || one.id) }])).values()]
}
