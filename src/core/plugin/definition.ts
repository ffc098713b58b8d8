import type { ContainerModule } from 'inversify'
import type { EventTypeDefinition } from '../events-lib.js'
import type { AfterEventsHook } from './after-events-hook.js'
import { API_VERSION } from './api-version.js'
import type { MoveCheck } from './move-check.js'
import type { Exporter, Importer } from '../transfer/formats.js'

/**
 * What a plugin adds besides commands. It is the default export of the module that `kitty.plugin` in the plugin's
 * package.json names.
 */
export interface PluginDefinition {
  /** Lowercase letters, digits and dashes. Also the middle part of the names of its event types. */
  readonly name: string
  readonly eventTypes?: readonly EventTypeDefinition[]
  readonly moveChecks?: readonly MoveCheck[]
  readonly afterEvents?: readonly AfterEventsHook[]
  /**
   * The plugin's services: `() => import('./bindings.js')`, a module whose default export is a ContainerModule. Loaded
   * when something asks for a service that kitty itself does not bind.
   */
  readonly bindings?: () => Promise<{ readonly default: ContainerModule }>
  /** Formats for `kitty import`. */
  readonly importers?: readonly Importer[]
  /** Formats for `kitty export`. */
  readonly exporters?: readonly Exporter[]
}

/** A definition, with the plugin API of the copy of `definePlugin` that made it. */
export interface StampedDefinition extends PluginDefinition {
  readonly api: number
}

const BRAND = Symbol.for('kitty.plugin-definition')
/** A format is part of every import key, and keys have a maximum length. */
const FORMAT = /^[a-z0-9][a-z0-9-]{0,19}$/
/** Plain JavaScript may write any: another word would mean "now". */
const STARTS: ReadonlySet<unknown> = new Set<AfterEventsHook['from']>(['now', 'start'])
const NAME = /^[a-z0-9][a-z0-9-]{0,63}$/

export function definePlugin(definition: PluginDefinition): StampedDefinition {
  return Object.freeze({ ...definition, api: API_VERSION, [BRAND]: true })
}

/** True for a value made by any copy of `definePlugin`. */
export function isDefinition(value: unknown): value is StampedDefinition {
  return typeof value === 'object' && value !== null && BRAND in value
}

/** Describes what is wrong with a definition, or returns undefined. The registry checks its event types. */
export function definitionFault({
  name,
  eventTypes = [],
  moveChecks = [],
  afterEvents = [],
  importers = [],
  exporters = [],
}: StampedDefinition): string | undefined {
  // Cast: plain JavaScript may leave it out, and a pattern takes undefined for a word.
  if (typeof (name as unknown) !== 'string' || !NAME.test(name))
    return `its name ${JSON.stringify(name)} must be lower-case letters, digits and dashes`
  const foreign = eventTypes.find(({ type }) => !type.startsWith(`x.${name}.`))
  if (foreign !== undefined) return `its event type ${foreign.type} must begin with x.${name}.`
  const stray = moveChecks.find((check) => !check.name.startsWith(`${name}.`))
  if (stray !== undefined) return `its move check ${stray.name} must begin with ${name}.`
  const unasked = moveChecks.find((check) => !isAsked(check))
  if (unasked !== undefined)
    return `its move check ${unasked.name} needs the phase "condition" or "validator", and a function check`
  const twin = moveChecks.find((check, at) => moveChecks.findIndex(({ name }) => name === check.name) !== at)
  if (twin !== undefined) return `it has two move checks named ${twin.name}`
  const hurried = afterEvents.find(({ timeout = 1 }) => typeof timeout !== 'number' || !(timeout > 0))
  if (hurried !== undefined) return `the timeout of its hook ${hurried.name} must be a number of milliseconds`
  const adrift = afterEvents.find(({ from = 'now' }) => !STARTS.has(from))
  if (adrift !== undefined) return `its hook ${adrift.name} must start from "now" or "start"`
  const deaf = afterEvents.find((one) => typeof (one.handle as unknown) !== 'function')
  if (deaf !== undefined) return `its hook ${deaf.name} needs a function handle`
  const hook = afterEvents.find(
    (one, at) => !NAME.test(one.name) || afterEvents.findIndex((other) => other.name === one.name) !== at,
  )
  if (hook !== undefined)
    return `its hook ${JSON.stringify(hook.name)} needs a name of its own: lower-case letters, digits and dashes`
  const format = [...importers, ...exporters].find((one) => !FORMAT.test(one.format))
  if (format !== undefined)
    return `its format ${JSON.stringify(format.format)} must be at most 20 lower-case letters, digits and dashes`
  return undefined
}

/** A check of another phase would never be asked, and so let every move pass. Plain JavaScript may write any. */
function isAsked({ phase, check }: { readonly phase: unknown; readonly check: unknown }): boolean {
  return (phase === 'condition' || phase === 'validator') && typeof check === 'function'
}
