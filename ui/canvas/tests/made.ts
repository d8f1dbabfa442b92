// What the tests share: a small journey, its kinds, and data as Python sends them.

import type { Data, Journey, Kind, RuleBook } from "../src/types"

export const kind = (name: string, begins: Kind["begins"], exits: string[], schema: Kind["schema"] = {}): Kind => ({
  kind: name, title: name, about: "", icon: "", accent: "#000000", schema, begins, exits, front: null,
})

const branches = {
  properties: { branches: { type: "array", items: { $ref: "#/$defs/Branch" } } },
  $defs: { Branch: { properties: { exit: { type: "string" }, buttons: { type: "array" }, keywords: { type: "array" } } } },
}

export const kinds: Kind[] = [
  kind("send", {}, ["sent"]),
  kind("reply", { branches: [{ exit: "yes", keywords: ["yes"] }], patience: "P1D" }, ["yes", "something_else", "no_answer"], branches),
  kind("wait", { for: "P1D" }, ["done"]),
  kind("exit", { reason: "done" }, []),
]

export const book: RuleBook = {
  deepest: 3, joints: [], moments: [], sides: [], known: [], flags: [],
  clauses: [
    { kind: "attribute", title: "Attribute", begins: { attribute: "", is: "equal", value: "" }, over_event: true, parts: [] },
    { kind: "tag", title: "Tag", begins: { tag: "" }, over_event: false, parts: [] },
  ],
}

export const journey = (): Journey => ({
  directed: true,
  multigraph: true,
  graph: { name: "Hello", entry: { api: true } },
  nodes: [
    { id: "hi", kind: "send", title: "Hello", settings: { text: "Hi", buttons: [{ id: "yes", title: "Yes" }] }, x: 0, y: 0 },
    { id: "end", kind: "exit", settings: { reason: "done" }, x: 400, y: 0 },
  ],
  edges: [{ source: "hi", target: "end", key: "sent" }],
})

export const data = (more: Partial<Data> = {}): Data => ({
  docId: "j1", revision: "1", document: journey(), saved: null, trouble: "", problems: [], told: {}, counts: null, kinds,
  journeySchema: {}, labels: {}, exitNames: {}, language: "en", readOnly: false, dark: false, answer: null,
  facts: { attributes: [], events: [], tags: [], segments: [], pools: [], journeys: [], operators: [], messengers: [], templates: [] },
  rules: book,
  ...more,
})
