import type { Scope } from '../services/scope.js'
import type { Provenance } from '../store/event-store.js'
import type { Resolver } from '../token.js'
import type { ToolInput } from './tool-input.js'
import { terminalStyle } from '../cli/style.js'

/** JSON Schema of one argument. A type, because the protocol's schemas may have more keys. */
export type ArgumentSchema = {
  type?: string
  description?: string
  enum?: string[]
  items?: { type: string }
}

/** What a tool works with: the services of one command, and who calls. */
export interface ToolCall {
  readonly services: Resolver
  readonly scope: Scope
  readonly input: ToolInput
  readonly provenance: Provenance
  /** One package, from `wp` and `feature`. A call that names one renews its holder's lease. */
  readonly place: () => Promise<Place>
}

export interface Place {
  readonly feature: string
  readonly workPackage: string
}

export interface ToolAnswer {
  /** The `--json` document of the matching command. */
  readonly document: object
  /** The same for a model to read, as short as it can be. */
  readonly text: string
}

export interface Tool {
  readonly description: string
  readonly properties: Record<string, ArgumentSchema>
  readonly required?: string[]
  /** Never writes an event. */
  readonly readOnly?: true
  /** The argument without which the tool only reads, if there is one. */
  readonly writesWith?: string
  /** Reads a stream, which no snapshot may hold back. */
  readonly streams?: true
  /** @throws KittyError */
  answer(call: ToolCall): Promise<ToolAnswer>
}

export const TEXT: ArgumentSchema = { type: 'string' }
export const FLAG: ArgumentSchema = { type: 'boolean' }
export const COUNT: ArgumentSchema = { type: 'integer' }
export const LIST: ArgumentSchema = { type: 'array', items: { type: 'string' } }

export function described(description: string): ArgumentSchema {
  return { ...TEXT, description }
}

/** What every writing tool takes. */
export const KEY = { key: described('repeat-safe: same key, one write') }
export const PLACE = { wp: described('WP01 or 001/WP01') }

/** Text for a model: no colors, no columns, nothing cut. */
export const PLAIN = terminalStyle({ env: {}, stream: {}, noColor: true })
