// Durations as people write them, "2 days", "1 h 30 min", "2 дня", and as ISO 8601 keeps them.

const UNITS: [string, number, RegExp][] = [
  ["W", 604800, /^(w|wk|wks|week|weeks|нед|неделя|недели|недель|неделю)\.?$/],
  ["D", 86400, /^(d|day|days|д|дн|день|дня|дней|сут|сутки|суток)\.?$/],
  ["H", 3600, /^(h|hr|hrs|hour|hours|ч|час|часа|часов)\.?$/],
  ["M", 60, /^(m|min|mins|minute|minutes|м|мин|минута|минуты|минут|минуту)\.?$/],
  ["S", 1, /^(s|sec|secs|second|seconds|с|сек|секунда|секунды|секунд|секунду)\.?$/],
]
const ISO = /^([+\-−]?)P(?:(\d+(?:\.\d+)?)W)?(?:(\d+(?:\.\d+)?)D)?(?:T(?:(\d+(?:\.\d+)?)H)?(?:(\d+(?:\.\d+)?)M)?(?:(\d+(?:\.\d+)?)S)?)?$/
const HALF: Record<string, string> = { полчаса: "30 min", "полдня": "12 h", "half an hour": "30 min", "half hour": "30 min", "полтора часа": "90 min" }
const WORDS: Record<string, number> = { a: 1, an: 1, one: 1, two: 2, three: 3, один: 1, одна: 1, одну: 1, два: 2, две: 2, три: 3, сутки: 1 }

/** The seconds that an ISO text names; null when it is none. */
export function seconds(iso: unknown): number | null {
  const found = typeof iso === "string" ? ISO.exec(iso.trim()) : null
  if (!found || found.slice(2).every((one) => one === undefined)) return null
  const [, sign, ...parts] = found
  const whole = parts.reduce((sum, one, place) => sum + Number(one ?? 0) * UNITS[place][1], 0)
  return sign && sign !== "+" ? -whole : whole
}

/** The shortest ISO text: `P2D`, `PT1H30M`, `-P1D`. */
export function iso(length: number): string {
  const sign = length < 0 ? "-" : ""
  let rest = Math.round(Math.abs(length))
  const days = Math.floor(rest / 86400)
  rest %= 86400
  const clock = ([[3600, "H"], [60, "M"], [1, "S"]] as const)
    .map(([size, mark]) => {
      const many = Math.floor(rest / size)
      rest %= size
      return many ? `${many}${mark}` : ""
    })
    .join("")
  if (!days && !clock) return "PT0S"
  return `${sign}P${days ? `${days}D` : ""}${clock ? `T${clock}` : ""}`
}

/** What a person meant; null when it cannot be read. A bare number is of the unit given. */
export function read(text: string, bare = "D"): string | null {
  let plain = text.trim().toLowerCase().replace(/ё/g, "е").replace(/ё/g, "е")
  if (!plain) return null
  if (ISO.test(text.trim().toUpperCase())) return iso(seconds(text.trim().toUpperCase())!)
  plain = HALF[plain] ?? plain
  const sign = /^[-−–]/.test(plain) || /\b(before|до|раньше)\b/.test(plain) ? -1 : 1
  plain = plain.replace(/^[-−–+]\s*/, "").replace(/(^|\s)(before|earlier|after|later|and|и|до|раньше|после|позже)(?=\s|$)/g, " ").trim()
  const colon = /^(\d+):([0-5]\d)$/.exec(plain)
  if (colon) return iso(sign * (Number(colon[1]) * 3600 + Number(colon[2]) * 60))
  let sum = 0
  let rest = plain
  while (rest) {
    const found = /^(\d+(?:[.,]\d+)?|\p{L}+)?\s*(\p{L}+\.?)?[\s,]*/u.exec(rest)
    if (!found || !found[0]) return null
    const [whole, first, second] = found
    let amount = first !== undefined && /^\d/.test(first) ? Number(first.replace(",", ".")) : (WORDS[first ?? ""] ?? null)
    let name = second
    if (amount === null && first !== undefined) {
      // A unit without a number means one of it: "week".
      amount = 1
      name = first
      rest = rest.slice(first.length).trimStart()
    } else rest = rest.slice(whole.length)
    const unit = name === undefined ? UNITS.find(([mark]) => mark === bare) : UNITS.find(([, , words]) => words.test(name))
    if (!unit || amount === null) return null
    if (name === undefined && (sum || rest)) return null
    sum += amount * unit[1]
  }
  return iso(sign * sum)
}

/** As people write it, in the reader's language: "1 day 2 hours". */
export function say(value: unknown, language: string): string {
  const length = seconds(value)
  if (length === null) return typeof value === "string" ? value : ""
  if (length === 0) return `0 ${unit(0, "minute", language)}`
  let rest = Math.abs(length)
  const sizes: [string, number][] = rest % 604800 === 0 && rest >= 2 * 604800 ? [["week", 604800]] : [["day", 86400], ["hour", 3600], ["minute", 60], ["second", 1]]
  const parts = sizes.flatMap(([name, size]) => {
    const many = Math.floor(rest / size)
    rest -= many * size
    return many ? [`${many} ${unit(many, name, language)}`] : []
  })
  return (length < 0 ? "−" : "") + parts.join(" ")
}

function unit(many: number, name: string, language: string): string {
  const parts = new Intl.NumberFormat(language, { style: "unit", unit: name, unitDisplay: "long" }).formatToParts(many)
  return parts.filter((one) => one.type === "unit").map((one) => one.value).join("").trim()
}
