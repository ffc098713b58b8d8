import { createRegistry, type EventTypeDefinition, type Registry } from '../../events-lib.js'
import type { AfterEventsHook } from '../after-events-hook.js'
import type { StampedDefinition } from '../definition.js'
import type { MoveRule } from '../../rules/move-rule.js'
import { moveGuard } from './move-guard.js'

/** A hook, and where its thread finds it. */
export interface InstalledHook {
  /** Name of the plugin's definition. */
  readonly plugin: string
  readonly hook: Pick<AfterEventsHook, 'name' | 'from' | 'timeout'>
  /** Path of the module whose default export holds it. */
  readonly module: string
}

/** Everything that plugins add to the program. */
export interface Extensions {
  readonly registry: Registry
  readonly moveRules: readonly MoveRule[]
  readonly hooks: readonly InstalledHook[]
  /** What could not be loaded, one sentence each. */
  readonly problems: readonly string[]
}

export const NO_EXTENSIONS: Extensions = {
  registry: createRegistry(),
  moveRules: [],
  hooks: [],
  problems: [],
}

export interface LoadedDefinition {
  readonly definition: StampedDefinition
  readonly module: string
}

/** Brings definitions together. @throws TypeError naming the event type when two of them do not go together. */
export function extensionsOf(
  loaded: readonly LoadedDefinition[],
  problems: readonly string[] = [],
): Extensions {
  const eventTypes: EventTypeDefinition[] = loaded.flatMap(({ definition }) => definition.eventTypes ?? [])
  return {
    registry: createRegistry(eventTypes),
    moveRules: loaded.flatMap(({ definition }) => (definition.moveChecks ?? []).map(moveGuard)),
    hooks: loaded.flatMap(({ definition, module }) =>
      (definition.afterEvents ?? []).map((hook) => ({ plugin: definition.name, hook, module })),
    ),
    problems,
  }
}
