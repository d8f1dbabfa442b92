import { describe, expect, it } from "vitest"

import { withBranch } from "../src/buttons"
import { difference } from "../src/difference"
import { connect, setStep } from "../src/document"
import { iso, read, say, seconds } from "../src/durations"
import { exitsOf, pressed } from "../src/exits"
import { Over } from "../src/board/open"
import { isHeap, tidy } from "../src/layout"
import { lengthIn, marked, pieces, saidOn, shapeOn, withMessage } from "../src/preview"
import { begin, clauseOf, groupOf, momentOf, operatorsFor, ruleOf, turned, withOperator } from "../src/rules"
import { blank, changeMeaning, fieldsOf, meaningOf, type Meaning } from "../src/schema"
import type { Json, Limits } from "../src/types"
import { book, journey, kinds } from "./made"

describe("durations", () => {
  it.each([
    ["2 days", "P2D"], ["2 дня", "P2D"], ["1 h 30 min", "PT1H30M"], ["90 minutes", "PT1H30M"], ["полчаса", "PT30M"], ["1:30", "PT1H30M"],
    ["a week", "P7D"], ["week", "P7D"], ["1,5 часа", "PT1H30M"], ["3", "P3D"], ["-2 days", "-P2D"], ["за 2 дня до", null], ["2 days before", "-P2D"],
    ["P1DT2H", "P1DT2H"], ["1 day and 2 hours", "P1DT2H"], ["5 мин.", "PT5M"], ["soon", null], ["2 apples", null], ["", null], ["две недели", "P14D"],
  ])("%s is %s", (text, wanted) => expect(read(text)).toBe(wanted))

  it.each([["P2D", "2 days"], ["PT1H30M", "1 hour 30 minutes"], ["P14D", "2 weeks"], ["-P1D", "−1 day"], ["PT0S", "0 minutes"]])(
    "%s is said %s", (value, wanted) => expect(say(value, "en")).toBe(wanted),
  )

  it("are said in Russian", () => expect([say("P2D", "ru"), say("P5D", "ru")]).toEqual(["2 дня", "5 дней"]))

  it("read what they say", () => {
    for (const value of [60, 3600, 5400, 86400, 90000, 1209600, 694861, -86400])
      for (const language of ["en", "ru"]) expect(seconds(read(say(iso(value), language)))).toBe(value)
  })
})

describe("exits", () => {
  const reply = kinds[1]
  it("follow the rows at once, the fixed ones stay as Python told", () => {
    const step = { id: "a", kind: "reply", settings: { branches: [{ exit: "ja" }, { exit: "nein" }] } }
    expect(exitsOf(reply, step, undefined)).toEqual(["ja", "nein", "something_else", "no_answer"])
    const told = { exits: ["yes", "something_else", "no_answer"], sentence: "" }
    expect(exitsOf(reply, step, told, ["yes"])).toEqual(["ja", "nein", "something_else", "no_answer"])
  })

  it("of an answer are called as the buttons of the message before it, and else by their names", () => {
    const branches: Json = [{ exit: "yes", buttons: ["yes"] }, { exit: "both", buttons: ["yes", "gone"] }, { exit: "word", buttons: [] }]
    const answer = { id: "a", kind: "reply", settings: { branches } }
    const drawn = journey()
    const asked = { ...drawn, nodes: [...drawn.nodes, answer], edges: [{ source: "hi", target: "a", key: "sent" }] }
    expect(pressed(asked, "a")).toEqual({ yes: "Yes", both: "Yes" })
    expect(pressed({ ...asked, edges: [] }, "a")).toEqual({})
    expect(pressed(asked, "hi")).toBeUndefined()
  })

  it("of a new step are those of its kind", () => expect(exitsOf(kinds[2], { id: "w", kind: "wait", settings: { for: "P1D" } }, undefined)).toEqual(["done"]))

  it("of a kind that is not installed are none", () => expect(exitsOf(undefined, { id: "x", kind: "x" }, undefined)).toEqual([]))
})

describe("a button that is led on", () => {
  it("gets a branch of its own once", () => {
    const { settings, exit } = withBranch({ branches: [{ exit: "yes", keywords: ["да"] }] }, "Yes")
    expect(exit).toBe("yes_2")
    expect(withBranch(settings, "Yes")).toEqual({ settings, exit: "yes_2" })
  })
})

describe("a schema", () => {
  const schema = {
    required: ["id"],
    properties: {
      id: { type: "string" },
      text: { type: "string", widget: "textarea" },
      ttl: { type: "string", format: "duration", default: "P1D" },
      at: { anyOf: [{ type: "string", pattern: "^([01]\\d|2[0-3]):[0-5]\\d$" }, { type: "null" }], default: null },
      rows: { type: "array", minItems: 1, items: { $ref: "#/$defs/Row" } },
      late: { anyOf: [{ enum: ["run"], type: "string" }, { $ref: "#/$defs/Skip" }] },
      template: { anyOf: [{ type: "object", additionalProperties: { $ref: "#/$defs/Row" } }, { type: "null" }], widget: "json" },
      set: { type: "object", widget: "attributes" },
      made_up: { type: "object", additionalProperties: true },
    },
    $defs: {
      Row: { required: ["exit"], properties: { exit: { type: "string" } } },
      Skip: { properties: { skip_if_later_than: { type: "string", format: "duration" } } },
    },
  }
  it("becomes fields", () => {
    const shapes = Object.fromEntries(fieldsOf(schema).map((one) => [one.name, one.shape]))
    expect(shapes).toEqual({ id: "text", text: "longtext", ttl: "duration", at: "clock", rows: "rows", late: "late", template: "map", set: "pairs", made_up: "pairs" })
  })

  it("begins rows with names that are free", () => {
    const rows = fieldsOf(schema).find((one) => one.name === "rows")!
    expect(blank(rows.fields, [{ exit: "way1" }])).toEqual({ exit: "way2" })
  })

  it("of several meanings changes from one to another without leftovers", () => {
    const meanings: Meaning[] = [
      { name: "for", title: "", fields: ["for"], begins: { for: "P1D" } },
      { name: "days", title: "", fields: ["for", "at"], begins: { for: "P1D", at: "10:00" } },
      { name: "until", title: "", fields: ["until"], begins: { until: null } },
    ]
    expect(meaningOf(meanings, { for: "P2D" }).name).toBe("for")
    expect(meaningOf(meanings, { for: "P2D", at: "11:00" }).name).toBe("days")
    expect(changeMeaning(meanings, { for: "P2D", late: "run" }, meanings[1])).toEqual({ for: "P2D", at: "10:00", late: "run" })
    const until = changeMeaning(meanings, { for: "P2D" }, meanings[2])
    expect(meaningOf(meanings, until).name).toBe("until")
    expect(until.for).toBeUndefined()
  })
})

describe("a rule", () => {
  const city = { attribute: "city", is: "equal", value: "Kazan" }
  it.each([
    [{}], [city], [{ all: [city, { tag: "vip" }] }], [{ any: [city, { not: { tag: "vip" } }] }], [{ not: { any: [city, { tag: "a" }] } }],
  ])("%j is taken apart and put together the same", (rule) => expect(ruleOf(groupOf(rule))).toEqual(rule))

  it("turned round keeps what it turns", () => expect(turned({ not: city })).toEqual({ not: true, inner: city }))

  it("begins with a real attribute", () => expect(begin(book.clauses[0], [{ name: "age", type: "number", samples: [] }]).attribute).toBe("age"))

  it("is of the kind that the book knows it by", () => expect([clauseOf({ tag: "vip" }, book)?.kind, clauseOf({ strange: 1 }, book)]).toEqual(["tag", undefined]))

  it.each([
    ["flag", "Kazan", undefined], ["list", "Kazan", ["Kazan"]], ["duration", "Kazan", "P30D"], ["duration", "P2D", "P2D"], ["duration", { next: "P2D" }, { next: "P2D" }],
    ["date", "soon", "now"], ["date", { days: -3 }, { days: -3 }], ["any", ["a", "b"], "a"], ["any", { days: 3 }, ""],
  ])("for a comparison with a %s turns %j into %j", (takes, value, wanted) => expect(withOperator({ attribute: "a", is: "equal", value }, "x", takes).value).toEqual(wanted))

  it.each([["now", "now"], ["", "day"], ["2026-01-31", "day"], [{ days: 3 }, "ahead"], [{ days: -3 }, "ago"], ["2026-01-31T10:00:00Z", null], [{ next: "P1D" }, null]])(
    "knows the moment %j as %s", (value, wanted) => expect(momentOf(value)).toBe(wanted),
  )

  it("offers the comparisons of its attribute's type", () => {
    const all = [{ name: "less", applies_to: ["number"] }, { name: "contains", applies_to: ["text", "list"] }]
    expect(operatorsFor("text", all).map((one) => one.name)).toEqual(["contains"])
    expect(operatorsFor(undefined, all)).toHaveLength(2)
  })
})

describe("a preview", () => {
  const limits = (more: Partial<Limits>): Limits => ({
    channel: "telegram", title: "", text: 4096, caption: 1024, buttons: 8, choices: 100, button_title: 64, media: [], counted_in: "utf16", window_hours: null, ...more,
  })
  const buttons = ["a", "b", "c", "d"].map((id) => ({ id, title: `Button ${id} with a long name` }))
  it("shows holes by their default or name", () => {
    expect(pieces('Hi {{ contact.first_name|default("friend") }}, {{ coupon }}!')).toEqual([
      { text: "Hi ", hole: false }, { text: "friend", hole: true }, { text: ", ", hole: false }, { text: "coupon", hole: true }, { text: "!", hole: false },
    ])
  })

  it("has the mark of an advertisement under its text", () => {
    expect(marked({ text: "Tea", ad: { advertiser: "Teas Ltd.", erid: "2Vtzqw" } })).toBe("Tea\n\nРеклама. Teas Ltd. erid: 2Vtzqw")
    expect([marked({ text: "Tea" }), marked({ ad: null })]).toEqual(["Tea", ""])
  })

  it("counts as the messenger does", () => {
    expect(lengthIn("👍a", limits({}))).toBe(3)
    expect(lengthIn("👍a", limits({ counted_in: "code_points" }))).toBe(2)
  })

  it("makes a list of four buttons on WhatsApp and cuts long titles", () => {
    const { inline, listed } = shapeOn(limits({ channel: "whatsapp", buttons: 3, button_title: 20 }), buttons)
    expect([inline.length, listed.length]).toEqual([0, 4])
    expect(listed[0].title).toHaveLength(20)
    expect(shapeOn(limits({}), buttons).inline).toHaveLength(4)
  })
})

describe("tidying up", () => {
  it("puts what follows to the right", () => {
    const places = tidy(journey())
    expect(places.get("end")!.x).toBeGreaterThan(places.get("hi")!.x + 248)
    expect(isHeap(journey())).toBe(false)
    expect(isHeap({ ...journey(), nodes: journey().nodes.map((one) => ({ ...one, x: 0 })) })).toBe(true)
  })
})

describe("the difference of two versions", () => {
  it("names steps and settings, not places", () => {
    const mine = journey()
    expect(difference(mine, { ...mine, nodes: mine.nodes.map((one) => ({ ...one, x: 9 })) })).toEqual([])
    const theirs = connect(setStep({ ...mine, graph: { ...mine.graph, name: "Else" } }, "hi", { settings: { text: "Other" } }), "hi", "sent", null)
    expect(difference(mine, theirs)[1].names.slice(0, 2)).toEqual([{ name: "buttons", mine: "Yes", theirs: "—" }, { name: "text", mine: "Hi", theirs: "Other" }])
    const saying = (text: string) => setStep(mine, "hi", { settings: { text: "a".repeat(90) + text } })
    expect(difference(saying("b"), saying("c"))[0].names).toEqual([{ name: "text", mine: `…${"a".repeat(15)}b`, theirs: `…${"a".repeat(15)}c` }])
    expect(difference(mine, theirs).map((one) => [one.what, one.names.map((each) => each.name)])).toEqual([["journey", ["name"]], ["changed", ["buttons", "text", "ways"]]])
  })
})

describe("what a message says where", () => {
  const settings = { text: "Hello", buttons: [{ id: "a", title: "A" }], variants: { viber: { text: "Hi", buttons: [], media: null } }, category: "service", ttl: "P1D" }

  it("is its own on the messenger that has a variant, with the rest of all", () => {
    expect(saidOn(settings, "viber")).toMatchObject({ text: "Hi", buttons: [{ id: "a", title: "A" }] })
    expect(saidOn(settings, "telegram")).toBe(settings)
  })

  it("is a kept message, whose words take the place of the step's, and whose other settings stay", () => {
    const message = { text: "Kept", category: "marketing", cards: [], strange: 1 }
    const made = withMessage(settings, message, ["text", "buttons", "variants", "cards", "category", "ttl"])
    expect(made).toEqual({ text: "Kept", category: "marketing", cards: [], ttl: "P1D" })
  })
})

describe("the way of a problem", () => {
  it("is made of the exits between its steps, and heard by who listens", () => {
    const over = new Over()
    const heard: string[][] = []
    over.subscribe(() => heard.push(over.way))
    over.set({ way: ["a", "b", "c"] })
    expect([over.leads("a", "b"), over.leads("b", "c"), over.leads("a", "c"), over.leads("b", "a")]).toEqual([true, true, false, false])
    over.set({ way: [] })
    expect(heard).toEqual([["a", "b", "c"], []])
  })
})
