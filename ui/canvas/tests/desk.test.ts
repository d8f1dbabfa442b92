import { beforeEach, describe, expect, it, vi } from "vitest"

import { DEBOUNCE_MS, Desk, type Shelf } from "../src/desk"
import { setStep } from "../src/document"
import type { Data, Draft } from "../src/types"
import { data, journey } from "./made"

/** Python and the API in one: takes drafts as `ui/workbench.py` does and answers with data. */
class Server {
  revision = 1
  document = journey()
  saved: Data["saved"] = null
  got: Draft[] = []

  take = (draft: Draft) => {
    this.got.push(draft)
    if (Number(draft.baseRev) > this.revision) throw new Error("from the future")
    this.revision += 1
    this.document = draft.document
    this.saved = { client: draft.client, localRev: draft.localRev }
  }

  data(more: Partial<Data> = {}): Data {
    return data({ revision: String(this.revision), document: this.document, saved: this.saved, ...more })
  }

  elsewhere(title: string): void {
    this.revision += 1
    this.document = setStep(this.document, "end", { title })
    this.saved = null
  }
}

const shelfOf = (kept = new Map<string, string>()): Shelf & { kept: Map<string, string> } => ({
  kept,
  read: (id) => kept.get(id) ?? null,
  write: (id, text) => (text === null ? kept.delete(id) : kept.set(id, text)),
})

/** The canvas on the page. */
const page = {}

let server: Server
let desk: Desk
let shelf: ReturnType<typeof shelfOf>

const write = (text: string, what = "title") => desk.commit(setStep(desk.journey, "hi", { title: text }), what)
const titleIn = (one: Desk, id = "hi") => one.journey.nodes.find((step) => step.id === id)!.title
const titleOf = (id = "hi") => titleIn(desk, id)

beforeEach(() => {
  vi.useFakeTimers({ now: 1_000_000 })
  server = new Server()
  shelf = shelfOf()
  desk = new Desk("j1", server.data(), shelf)
  desk.speak(page, server.take)
})

describe("the working copy", () => {
  it("is sent once after a pause in the typing", () => {
    for (const text of ["G", "Go", "Good"]) write(text)
    vi.advanceTimersByTime(DEBOUNCE_MS - 1)
    expect(server.got).toHaveLength(0)
    vi.advanceTimersByTime(1)
    expect(server.got.map((one) => one.document.nodes[0].title)).toEqual(["Good"])
    desk.hear(server.data())
    expect(desk.dirty).toBe(false)
  })

  it("is sent at once when it is flushed, and then not again", () => {
    write("Now")
    desk.flush()
    vi.advanceTimersByTime(5000)
    desk.flush()
    expect(server.got).toHaveLength(1)
  })

  it("is not replaced by its own echo while the person types on", () => {
    write("One")
    desk.flush()
    write("One two")
    desk.hear(server.data())
    expect(titleOf()).toBe("One two")
    expect(desk.dirty).toBe(true)
    vi.advanceTimersByTime(DEBOUNCE_MS)
    desk.hear(server.data())
    expect(server.document.nodes[0].title).toBe("One two")
    expect(desk.dirty).toBe(false)
  })

  it("follows others while nothing here waits, and one undo brings its own back", () => {
    write("Mine")
    desk.flush()
    desk.hear(server.data())
    server.elsewhere("Theirs")
    desk.hear(server.data())
    expect(titleOf("end")).toBe("Theirs")
    expect(desk.theirs).toBeNull()
    desk.undo()
    expect(titleOf("end")).toBeUndefined()
  })

  it("asks whose version stays when both changed; mine can", () => {
    write("Mine")
    server.elsewhere("Theirs")
    desk.hear(server.data())
    expect(desk.theirs!.document.nodes[1].title).toBe("Theirs")
    expect(titleOf()).toBe("Mine")
    vi.advanceTimersByTime(5000)
    expect(server.got).toHaveLength(0)
    desk.keepMine()
    expect(server.got.at(-1)).toMatchObject({ baseRev: "2" })
    desk.hear(server.data())
    expect([titleOf(), desk.dirty, desk.theirs]).toEqual(["Mine", false, null])
  })

  it("asks whose version stays when both changed; theirs can, and undo brings mine back", () => {
    write("Mine")
    server.elsewhere("Theirs")
    desk.hear(server.data())
    desk.takeTheirs()
    expect([titleOf(), titleOf("end"), desk.dirty]).toEqual(["Hello", "Theirs", false])
    desk.undo()
    expect(titleOf()).toBe("Mine")
    expect(desk.dirty).toBe(true)
  })

  it("hands a way over when Python tells that its exit is another now, once", () => {
    write("Changed")
    desk.flush()
    desk.hear(server.data({ told: { hi: { exits: ["happened", "timeout"], sentence: "" } } }))
    expect(desk.journey.edges).toEqual([{ source: "hi", target: "end", key: "happened" }])
    desk.flush()
    expect(server.document.edges[0].key).toBe("happened")
    desk.undo()
    expect(desk.journey.edges[0].key).toBe("sent")
  })

  it("does not touch the ways of a journey that is only looked at", () => {
    desk.hear(server.data({ told: { hi: { exits: ["happened"], sentence: "" } } }))
    expect([desk.journey.edges[0].key, desk.dirty]).toEqual(["sent", false])
  })

  it("knows its own save whose answer never came", () => {
    write("One")
    desk.flush()
    write("One two")
    // The server was restarted: it holds our first version and does not know whose it is.
    server.saved = null
    desk.hear(server.data())
    expect(desk.theirs).toBeNull()
    vi.advanceTimersByTime(DEBOUNCE_MS)
    expect(server.document.nodes[0].title).toBe("One two")
  })

  it("tells a restarted server again what it lost", () => {
    write("Lost")
    desk.speak(page, () => {})
    desk.flush()
    desk.speak(page, server.take)
    desk.hear(server.data())
    vi.advanceTimersByTime(DEBOUNCE_MS)
    expect(server.document.nodes[0].title).toBe("Lost")
  })

  it("waits quietly while the API is away", () => {
    write("Kept")
    desk.speak(page, () => {})
    desk.flush()
    let sent = 0
    desk.speak(page, () => (sent += 1))
    for (let beat = 0; beat < 5; beat += 1) desk.hear(server.data({ trouble: "no answer" }))
    vi.advanceTimersByTime(5000)
    expect([sent, desk.dirty, titleOf()]).toEqual([0, true, "Kept"])
  })

  it("sends again what went while one canvas was taken off the page and another put there", () => {
    desk.speak(page, () => {})
    write("Into the gap")
    desk.hush(page)
    write("In the gap")
    vi.advanceTimersByTime(5000)
    expect(server.got).toHaveLength(0)
    desk.speak({}, server.take)
    vi.advanceTimersByTime(DEBOUNCE_MS)
    desk.hear(server.data())
    expect([titleOf(), server.document.nodes[0].title, desk.dirty]).toEqual(["In the gap", "In the gap", false])
  })

  it("is not silenced by an old canvas that leaves after the new one came", () => {
    desk.speak({}, server.take)
    desk.hush(page)
    write("Still heard")
    desk.flush()
    expect(server.document.nodes[0].title).toBe("Still heard")
  })

  it("survives a reload of the page whose last message is lost", () => {
    desk.speak(page, () => {})
    write("Before the reload")
    desk.flush()
    const again = new Desk("j1", server.data(), shelf)
    again.speak(page, server.take)
    expect(again.journey.nodes[0].title).toBe("Before the reload")
    vi.advanceTimersByTime(DEBOUNCE_MS)
    again.hear(server.data())
    expect(server.document.nodes[0].title).toBe("Before the reload")
    expect(shelf.kept.size).toBe(0)
  })

  it("knows after a reload what the page before it had sent, and the last that it sent on leaving", () => {
    write("Sent")
    desk.flush()
    // The answer to it is not heard any more: the person types on and loads the page anew.
    write("Sent, and typed on")
    const late: Draft[] = []
    desk.speak(page, (draft) => late.push(draft))
    desk.flush()
    const again = new Desk("j1", { ...server.data(), saved: null }, shelf)
    again.speak({}, server.take)
    expect([again.theirs, titleIn(again)]).toEqual([null, "Sent, and typed on"])
    // What went out on leaving comes only now, while the person is typing again.
    server.take(late[0])
    again.commit(setStep(again.journey, "hi", { title: "Typed after it" }), "title")
    again.hear({ ...server.data(), saved: null })
    expect(again.theirs).toBeNull()
    vi.advanceTimersByTime(DEBOUNCE_MS)
    expect(server.document.nodes[0].title).toBe("Typed after it")
  })

  it("has no quarrel with others when what it touched says the same as before, or as theirs", () => {
    write("Hello")
    server.elsewhere("Theirs")
    desk.hear(server.data())
    expect([desk.theirs, titleOf("end"), desk.dirty]).toEqual([null, "Theirs", false])
    desk.commit(setStep(desk.journey, "end", { title: "The same" }), "title")
    server.elsewhere("The same")
    desk.hear(server.data())
    expect([desk.theirs, desk.dirty, desk.baseRev]).toEqual([null, false, "3"])
  })

  it("stays with what it has gone back to, though its own save of what it left is shown without a name", () => {
    write("Left")
    desk.flush()
    desk.undo()
    server.saved = null
    desk.hear(server.data())
    expect([titleOf(), desk.theirs]).toEqual(["Hello", null])
    vi.advanceTimersByTime(DEBOUNCE_MS)
    expect(server.document.nodes[0].title).toBe("Hello")
  })

  it("does not take somebody's way back to an older version for its own", () => {
    const past = server.document
    for (const text of ["One", "Two"]) {
      write(text)
      desk.flush()
      desk.hear(server.data())
    }
    write("Three")
    server.revision += 1
    server.document = past
    server.saved = null
    desk.hear(server.data())
    expect(desk.theirs!.document).toBe(past)
  })

  it("asks after a reload when somebody else saved meanwhile", () => {
    desk.speak(page, () => {})
    write("Mine")
    desk.flush()
    server.elsewhere("Theirs")
    const again = new Desk("j1", server.data(), shelf)
    expect(again.theirs!.document.nodes[1].title).toBe("Theirs")
  })

  it("never sends a picture that is only looked at", () => {
    const look = new Desk("j1", server.data({ readOnly: true }), shelf)
    look.speak(page, server.take)
    server.elsewhere("Version 2")
    look.hear(server.data({ readOnly: true }))
    look.flush()
    expect(look.journey.nodes[1].title).toBe("Version 2")
    expect(server.got).toHaveLength(0)
  })
})

describe("undo", () => {
  it("takes typing in one place back at once, a pause or another place begins anew", () => {
    for (const text of ["a", "ab", "abc"]) write(text)
    write("abcd", "elsewhere")
    expect(desk.history.past).toHaveLength(2)
    desk.undo()
    expect(titleOf()).toBe("abc")
    desk.undo()
    expect(titleOf()).toBe("Hello")
    desk.redo()
    expect(titleOf()).toBe("abc")
    vi.advanceTimersByTime(2000)
    write("x")
    expect(desk.history.future).toHaveLength(0)
    desk.undo()
    expect(titleOf()).toBe("abc")
  })

  it("is saved like every other change", () => {
    write("New")
    desk.flush()
    desk.undo()
    desk.flush()
    expect(server.got.map((one) => one.document.nodes[0].title)).toEqual(["New", "Hello"])
  })
})
