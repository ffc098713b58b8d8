import { basename } from 'node:path'
import {
  DEFAULT_PRIORITY,
  type DefinitionSource,
  type ElementsChange,
  type LiveElement,
  type NewEvent,
  type WorkPackageState,
} from '../../events-lib.js'
import type { Difference } from '../../specs/definition.js'
import type { StatedWorkPackage } from '../../specs/work-package-file.js'

/** Creates the event that adds a package to the log, from what its file states. */
export function packageCreated(feature: string, stated: StatedWorkPackage): NewEvent<'WPCreated'> {
  const { work_package_id, title, dependencies, subtasks, priority, file } = stated
  return {
    event_type: 'WPCreated',
    entity_id: work_package_id,
    entity_type: 'WorkPackage',
    payload: {
      feature_slug: feature,
      work_package_id,
      title,
      dependencies,
      subtasks,
      ...(priority === DEFAULT_PRIORITY ? {} : { priority }),
      file: basename(file),
    },
  }
}

/**
 * Creates the event that takes over what the file says, in the given places only.
 * @param resolves conflicting registers to write even if file and log already agree on them
 */
export function packageChanged(
  state: WorkPackageState,
  stated: StatedWorkPackage,
  taken: readonly Difference[],
  resolves: readonly ('title' | 'priority')[],
  source: DefinitionSource,
): NewEvent<'WPChanged'> {
  const { feature_slug, work_package_id, memory } = state
  const writes = (register: 'title' | 'priority'): boolean =>
    resolves.includes(register) || taken.some((difference) => difference.register === register)
  const dependencies = elementsChange('dependencies', taken, memory.dependencies.live)
  const subtasks = elementsChange('subtasks', taken, memory.subtasks.live)
  return {
    event_type: 'WPChanged',
    entity_id: work_package_id,
    entity_type: 'WorkPackage',
    payload: {
      feature_slug,
      work_package_id,
      ...(writes('title') && { title: { old: state.title, new: stated.title } }),
      ...(writes('priority') && { priority: { old: state.priority, new: stated.priority } }),
      ...(dependencies && { dependencies }),
      ...(subtasks && { subtasks }),
      source,
    },
  }
}

function elementsChange(
  register: 'dependencies' | 'subtasks',
  taken: readonly Difference[],
  live: readonly LiveElement[],
): ElementsChange | undefined {
  const own = taken.filter((difference) => difference.register === register)
  if (own.length === 0) return undefined
  const seen = new Map(live.map(({ id, adds }) => [id, adds]))
  const named = (inFile: boolean): string[] =>
    own.flatMap(({ element, file }) => (element !== null && file === inFile ? [element] : []))
  return {
    added: named(true),
    removed: named(false).map((id) => ({ id, seen: seen.get(id) ?? [] })),
  }
}
