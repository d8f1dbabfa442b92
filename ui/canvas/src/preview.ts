// How a message is shown: names in place of holes, buttons as each messenger draws them, lengths as it counts.

import type { Json, Limits, Settings } from "./types"

export interface ButtonIn {
  id: string
  title: string
  url?: string | null
  copy?: string | null
}

const HOLE = /\{\{\s*(.*?)\s*\}\}/g

/** The text in pieces: words, and holes by their default or their last name. */
export function pieces(text: string): { text: string; hole: boolean }[] {
  const made: { text: string; hole: boolean }[] = []
  let last = 0
  for (const found of text.matchAll(HOLE)) {
    if (found.index > last) made.push({ text: text.slice(last, found.index), hole: false })
    made.push({ text: nameOf(found[1]), hole: true })
    last = found.index + found[0].length
  }
  if (last < text.length) made.push({ text: text.slice(last), hole: false })
  return made
}

function nameOf(expression: string): string {
  const otherwise = /\|\s*default\(\s*["'](.*?)["']/.exec(expression)?.[1]
  const name = expression.split("|")[0].trim().split(".").pop()!
  return otherwise && otherwise !== "…" ? otherwise : name
}

/** What one messenger says: its own text, buttons and file where it has them, else those of all. */
export function saidOn(settings: Settings, channel: string): Settings {
  const own = ((settings.variants ?? {}) as Record<string, Settings>)[channel]
  if (!own) return settings
  const filled = (one: Json | undefined) => Boolean(Array.isArray(one) ? one.length : one)
  return { ...settings, ...Object.fromEntries(Object.entries(own).filter(([, one]) => filled(one))) }
}

/** The text with the mark of an advertisement below it, as `nodes/ad_mark.py` writes it. */
export function marked(settings: Settings): string {
  const text = String(settings.text ?? "")
  const ad = settings.ad as { advertiser?: string; erid?: string } | null | undefined
  if (!ad) return text
  const line = `Реклама. ${String(ad.advertiser ?? "").replace(/\.+$/, "")}. erid: ${ad.erid ?? ""}`
  return text ? `${text}\n\n${line}` : line
}

/** What a message consists of; where it goes and when it is worth sending is the step's own. */
const CONTENTS = ["text", "buttons", "media", "album", "cards", "template", "variants", "ad"]

/** The settings with a kept message in place of what the step said. */
export function withMessage(settings: Settings, message: Settings, known: string[]): Settings {
  const kept = Object.entries(settings).filter(([name]) => !CONTENTS.includes(name))
  const put = Object.entries(message).filter(([name]) => known.includes(name) && (CONTENTS.includes(name) || name === "category"))
  return structuredClone(Object.fromEntries([...kept, ...put]))
}

/** As the messenger counts: UTF-16 units, or characters. */
export const lengthIn = (text: string, limits: Limits): number => (limits.counted_in === "utf16" ? text.length : [...text].length)

/** Buttons under the bubble, and those that become a list where there is no room for them. */
export function shapeOn(limits: Limits, buttons: ButtonIn[]): { inline: ButtonIn[]; listed: ButtonIn[] } {
  const known = buttons.filter((one) => one && typeof one === "object")
  const replies = known.filter((one) => !one.url && !one.copy)
  const others = known.filter((one) => one.url || one.copy)
  const list = limits.channel === "whatsapp" && replies.length > limits.buttons
  const cut = (one: ButtonIn) => ({ ...one, title: [...String(one.title ?? "")].length > limits.button_title ? `${[...one.title].slice(0, limits.button_title - 1).join("")}…` : String(one.title ?? "") })
  return list ? { inline: others.map(cut), listed: replies.map(cut) } : { inline: [...replies, ...others].map(cut), listed: [] }
}
