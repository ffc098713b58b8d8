import { createRegistry, type EventTypeDefinition, type Registry, type Upcaster } from '../../events-lib.js'
import type { AfterEventsHook } from '../after-events-hook.js'
import type { StampedDefinition } from '../definition.js'
import type { MoveRule } from '../../rules/move-rule.js'
import { type Exporter, EXPORTERS, type Importer, IMPORTERS } from '../../transfer/formats.js'
import { token } from '../../token.js'
import { moveGuard } from './move-guard.js'
import { withoutExit } from './no-exit.js'
import { exporterOf, importerOf } from './plugin-formats.js'

/** A hook, and where its thread finds it. */
export interface InstalledHook {
  /** Name in the plugin's definition. */
  readonly plugin: string
  readonly hook: Pick<AfterEventsHook, 'name' | 'from' | 'timeout'>
  /** Path of the module whose default export contains the hook. */
  readonly module: string
}

/** A plugin's services, not yet loaded. */
export interface InstalledBindings {
  /** Name in the plugin's definition. */
  readonly plugin: string
  readonly load: NonNullable<StampedDefinition['bindings']>
}

/** Everything that plugins add to the program. */
export interface Extensions {
  readonly registry: Registry
  readonly moveRules: readonly MoveRule[]
  readonly hooks: readonly InstalledHook[]
  readonly bindings: readonly InstalledBindings[]
  readonly importers: readonly Importer[]
  readonly exporters: readonly Exporter[]
  /** One sentence for each plugin that could not be loaded. */
  readonly problems: readonly string[]
}

/** Every import and export format: kitty's own first, then those of plugins. */
export interface Formats {
  readonly importers: readonly Importer[]
  readonly exporters: readonly Exporter[]
}

export const Formats = token<Formats>('Formats')

export const NO_EXTENSIONS: Extensions = {
  registry: createRegistry(),
  moveRules: [],
  hooks: [],
  bindings: [],
  importers: [],
  exporters: [],
  problems: [],
}

export interface LoadedDefinition {
  readonly definition: StampedDefinition
  readonly module: string
}

/**
 * Combines definitions.
 * @param unloaded one guard for each plugin that could not be loaded
 * @throws TypeError naming the event type or format if two of them conflict
 */
export function extensionsOf(
  loaded: readonly LoadedDefinition[],
  problems: readonly string[] = [],
  unloaded: readonly MoveRule[] = [],
): Extensions {
  const eventTypes = loaded.flatMap(({ definition }) => (definition.eventTypes ?? []).map(readable))
  return {
    registry: createRegistry(eventTypes),
    moveRules: [
      ...loaded.flatMap(({ definition }) => (definition.moveChecks ?? []).map(moveGuard)),
      ...unloaded,
    ],
    hooks: loaded.flatMap(({ definition, module }) =>
      (definition.afterEvents ?? []).map((hook) => ({ plugin: definition.name, hook, module })),
    ),
    bindings: loaded.flatMap(({ definition: { name, bindings } }) =>
      bindings === undefined ? [] : [{ plugin: name, load: bindings }],
    ),
    importers: distinct(
      IMPORTERS,
      loaded.flatMap(({ definition: { name, importers = [] } }) =>
        importers.map((one) => importerOf(name, one)),
      ),
    ),
    exporters: distinct(
      EXPORTERS,
      loaded.flatMap(({ definition: { name, exporters = [] } }) =>
        exporters.map((one) => exporterOf(name, one)),
      ),
    ),
    problems,
  }
}

/** The event type, whose upcasters cannot end the program while a log is read. */
function readable(type: EventTypeDefinition): EventTypeDefinition {
  if (type.upcasters === undefined) return type
  const upcasters = Object.entries(type.upcasters).map(([version, upcast]): [string, Upcaster] => [
    version,
    (payload) => withoutExit(() => upcast(payload)),
  ])
  return { ...type, upcasters: Object.fromEntries(upcasters) }
}

/** @throws TypeError for a format that already exists: which one would win depends on the order of plugins */
function distinct<Format extends { readonly format: string }>(
  own: readonly Format[],
  added: readonly Format[],
): readonly Format[] {
  const known = new Set(own.map(({ format }) => format))
  for (const { format } of added) {
    if (known.has(format))
      throw new TypeError(`Format ${JSON.stringify(format)} is there already; rename it.`)
    known.add(format)
  }
  return added
}
