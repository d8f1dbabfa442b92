import { describe, expect, it } from "vitest"

import { nodesOf } from "../src/board/flow"
import { around, wordsOf } from "../src/around"
import { Desk } from "../src/desk"
import { setStep } from "../src/document"
import { shownOf, steady } from "../src/steady"
import { data } from "./made"

describe("what says the same keeps its identity", () => {
  const old = { list: [{ a: 1 }, { b: [1, 2] }], text: "x", none: null as null | number }

  it.each([
    ["all of it", structuredClone(old), true],
    ["another text", { ...structuredClone(old), text: "y" }, false],
    ["a shorter list", { ...structuredClone(old), list: [{ a: 1 }] }, false],
    ["a name that is gone", { list: structuredClone(old.list), text: "x" }, false],
    ["a name that came", { ...structuredClone(old), more: undefined }, false],
  ])("%s", (_name, now, same) => {
    const found = steady(old, now)
    expect(found).toEqual(now)
    expect((found as unknown) === old).toBe(same)
  })

  it("in its parts too", () => {
    const found = steady(old, { ...structuredClone(old), text: "y" })
    expect(found.list).toBe(old.list)
  })
})

describe("cards", () => {
  const shelf = { read: () => null, write() {} }
  const told = (sentence: string) => ({ hi: { exits: ["sent"], sentence }, end: { exits: [], sentence: "" } })
  const drawnFrom = (desk: Desk, shown: ReturnType<typeof shownOf>) =>
    around(shown, desk, () => {}, words)
  const words = wordsOf({}, {}, "en")

  it("are made anew only where what they show has changed", () => {
    const first = data({ told: told("Says hi") })
    const desk = new Desk("j1", first, shelf)
    const shown = steady(null, shownOf(first))
    const before = nodesOf(drawnFrom(desk, shown), desk.journey, [])

    desk.commit(setStep(desk.journey, "hi", { settings: { text: "Good day" } }))
    const typed = nodesOf(drawnFrom(desk, shown), desk.journey, before)
    expect(typed.map((one, place) => one === before[place])).toEqual([false, true])

    const answered = steady(shown, shownOf(data({ told: told("Says good day") })))
    const after = nodesOf(drawnFrom(desk, answered), desk.journey, typed)
    expect(after.map((one, place) => one === typed[place])).toEqual([false, true])
    expect(after[0].ariaLabel).toContain("Says good day")
    expect(nodesOf(drawnFrom(desk, answered), desk.journey, after)).toEqual(after)
  })
})
