import { describe, expect, it } from "vitest"

import {
  addStep, canHeal, connect, copyOf, freshId, insertInto, moveTo, paste, readPiece, remove, settleWays, startOf, waysOf,
} from "../src/document"
import { journey } from "./made"

const long = () => {
  const { journey: made } = addStep(journey(), "wait", { for: "P1D" }, { x: 200.4, y: 0 })
  return insertInto(made, made.edges[0], "wait", "done")
}

describe("a journey", () => {
  it("stays as it was when it is edited", () => {
    const before = journey()
    const kept = JSON.stringify(before)
    remove(insertInto(addStep(before, "wait", {}, { x: 1, y: 2 }).journey, before.edges[0], "wait", "done"), new Set(["hi"]))
    expect(JSON.stringify(before)).toBe(kept)
  })

  it("takes a step in between two others", () => {
    const made = long()
    expect(waysOf(made, "hi")).toEqual({ sent: "wait" })
    expect(waysOf(made, "wait")).toEqual({ done: "end" })
    expect(made.nodes[2]).toMatchObject({ x: 200, y: 0 })
  })

  it("has one way per exit", () => {
    const made = connect(long(), "hi", "sent", "end")
    expect(made.edges.filter((one) => one.source === "hi")).toEqual([{ source: "hi", target: "end", key: "sent" }])
    expect(waysOf(connect(made, "hi", "sent", null), "hi")).toEqual({})
  })

  it("closes the gap only when asked to, and only where it is plain where to", () => {
    expect(waysOf(remove(long(), new Set(["wait"])), "hi")).toEqual({})
    expect(canHeal(long(), new Set(["wait"]))).toBe(true)
    expect(waysOf(remove(long(), new Set(["wait"]), new Set(), true), "hi")).toEqual({ sent: "end" })
    expect(canHeal(long(), new Set(["end"]))).toBe(false)
  })

  it("closes the gap of several steps in a row, and of a ring never", () => {
    const made = addStep(long(), "wait", {}, { x: 0, y: 0 }).journey
    const row = connect(connect(made, "wait", "done", "wait_2"), "wait_2", "done", "end")
    expect(waysOf(remove(row, new Set(["wait", "wait_2"]), new Set(), true), "hi")).toEqual({ sent: "end" })
    const ring = connect(row, "wait_2", "done", "wait")
    expect(canHeal(ring, new Set(["wait", "wait_2"]))).toBe(false)
  })

  it("forgets a named start that is gone", () => {
    const made = { ...journey(), graph: { name: "x", start: "hi" } }
    expect(startOf(made)).toBe("hi")
    expect(remove(made, new Set(["hi"])).graph.start).toBeUndefined()
    expect(startOf(journey())).toBe("hi")
  })

  it("keeps the way of an exit that was renamed and drops that of one that is gone", () => {
    const made = connect(journey(), "hi", "yes", "end")
    expect(waysOf(settleWays(made, "hi", ["yes", "sent"], ["ja", "sent"]), "hi")).toEqual({ sent: "end", ja: "end" })
    expect(waysOf(settleWays(made, "hi", ["yes", "sent"], ["sent"]), "hi")).toEqual({ sent: "end" })
  })

  it("is copied with the ways among the copies, under ids of their own", () => {
    const piece = readPiece(JSON.stringify(copyOf(long(), new Set(["hi", "wait"]))))!
    const { journey: made, added } = paste(long(), piece, { x: 1000, y: 500 })
    expect([...added]).toEqual(["hi_2", "wait_2"])
    expect(waysOf(made, "hi_2")).toEqual({ sent: "wait_2" })
    expect(waysOf(made, "wait_2")).toEqual({})
    expect(made.nodes.find((one) => one.id === "hi_2")).toMatchObject({ x: 1000, y: 500, title: "Hello" })
  })

  it("takes notes along", () => {
    const noted = { ...journey(), notes: [{ id: "note", text: "look", x: 0, y: 0 }] }
    const { journey: made } = paste(noted, copyOf(noted, new Set(["note"])), null)
    expect(made.notes).toEqual([{ id: "note", text: "look", x: 0, y: 0 }, { id: "note_2", text: "look", x: 48, y: 48 }])
    expect(moveTo(made, new Map([["note", { x: 5.6, y: 1 }]])).notes![0]).toMatchObject({ x: 6, y: 1 })
    expect(remove(made, new Set(["note"])).notes).toHaveLength(1)
  })

  it.each(["", "hello", "[]", '{"tropa":2,"nodes":[],"edges":[]}', "null"])("does not take %j for a piece", (text) => {
    expect(readPiece(text)).toBeNull()
  })

  it("finds free ids", () => {
    expect(freshId(["send", "send_2"], "Send")).toBe("send_3")
    expect(freshId([], "ы")).toBe("_")
  })
})
