// What Python and the canvas tell each other.

export type Json = null | boolean | number | string | Json[] | { [name: string]: Json }
export type Settings = Record<string, Json>

export interface Step {
  id: string
  kind: string
  title?: string
  settings?: Settings
  x?: number
  y?: number
}

export interface Way {
  source: string
  target: string
  key: string
}

export interface Note {
  id: string
  text: string
  x: number
  y: number
  w?: number
  h?: number
}

/** A journey: NetworkX node-link JSON; `notes` are the canvas's own. */
export interface Journey {
  directed?: boolean
  multigraph?: boolean
  graph: Settings
  nodes: Step[]
  edges: Way[]
  notes?: Note[]
}

export interface Problem {
  level: "error" | "warning"
  node: string | null
  exit: string | null
  path: string | null
  text: string
  fix: string
  /** The steps on whose way it happens, in order. */
  way?: string[]
}

/** A kind of step: what its form, its card and a new one need. */
export interface Kind {
  kind: string
  title: string
  about: string
  icon: string
  accent: string
  schema: Schema
  begins: Settings
  exits: string[]
  front: string[] | null
}

export interface Schema {
  [name: string]: any
}

export interface Told {
  exits: string[]
  sentence: string
}

export interface Count {
  id: string
  entered?: number
  inside?: number
  left?: Record<string, number>
}

export interface Limits {
  channel: string
  title: string
  text: number
  caption: number
  buttons: number
  choices: number
  button_title: number
  media: string[]
  counted_in: "utf16" | "code_points"
  window_hours: number | null
}

export interface Attribute {
  name: string
  type: string
  samples: Json[]
}

export interface EventName {
  name: string
  properties: Attribute[]
}

export interface Named {
  name: string
  title: string
}

/** One thing that a condition says, and the widget that asks for it. */
export interface RulePart {
  name: string
  widget: string
  title: string
  choices: Named[]
  /** What it is while the rule does not say it. */
  unsaid: Json
}

export interface Clause {
  kind: string
  title: string
  begins: Settings
  over_event: boolean
  parts: RulePart[]
}

/** All that rules can ask, in the reader's words. */
export interface RuleBook {
  deepest: number
  clauses: Clause[]
  joints: Named[]
  moments: Named[]
  sides: Named[]
  known: Named[]
  flags: Named[]
}

/** What the project knows that forms can offer. */
export interface Facts {
  attributes: Attribute[]
  events: EventName[]
  tags: string[]
  segments: { id: string; name: string }[]
  pools: string[]
  journeys: { id: string; name: string }[]
  operators: { name: string; title: string; applies_to: string[]; takes: string }[]
  messengers: Limits[]
  /** Messages kept for reuse, with the settings of a step that says them. */
  templates: { id: string; name: string; message: Settings }[]
}

/** Everything that Python sends. */
export interface Data {
  docId: string
  /** The revision that the API holds, and its document. */
  revision: string
  document: Journey
  /** Which of whose drafts that revision holds, if it is one of ours. */
  saved: { client: string; localRev: number } | null
  /** Why saving does not work just now, in words. */
  trouble: string
  problems: Problem[]
  told: Record<string, Told>
  counts: Record<string, Count> | null
  kinds: Kind[]
  journeySchema: Schema
  facts: Facts
  rules: RuleBook
  answer: { asked: number; what: Json } | null
  labels: Record<string, string>
  exitNames: Record<string, string>
  language: string
  readOnly: boolean
  dark: boolean
}

/** What the canvas sends back as its one state value. */
export interface Draft {
  docId: string
  client: string
  localRev: number
  baseRev: string
  document: Journey
}
