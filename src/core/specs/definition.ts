/** What a package is according to its file and to the log, and where the two differ. */

/** The part of a work package's file that the log repeats. */
export interface Definition {
  readonly title: string
  /** 0 to 4, where 0 is the most urgent. */
  readonly priority: number
  readonly dependencies: readonly string[]
  readonly subtasks: readonly string[]
}

/** A register, or one element of a set, whose value is whether the set contains it. */
export type DefinitionPlace =
  | { readonly register: 'title' | 'priority'; readonly element: null }
  | { readonly register: 'dependencies' | 'subtasks'; readonly element: string }

export type PlaceValue = string | number | boolean

export type Difference = DefinitionPlace & { readonly file: PlaceValue; readonly log: PlaceValue }

/** Returns the places where file and log differ. Order and repetition in a list make no difference. */
export function differences(file: Definition, log: Definition): Difference[] {
  const places: DefinitionPlace[] = [
    { register: 'title', element: null },
    { register: 'priority', element: null },
    ...elementPlaces('dependencies', file, log),
    ...elementPlaces('subtasks', file, log),
  ]
  return places
    .map((place) => ({ ...place, file: valueAt(file, place), log: valueAt(log, place) }))
    .filter((difference) => difference.file !== difference.log)
}

export function valueAt(definition: Definition, place: DefinitionPlace): PlaceValue {
  return place.element === null
    ? definition[place.register]
    : definition[place.register].includes(place.element)
}

function elementPlaces(
  register: 'dependencies' | 'subtasks',
  file: Definition,
  log: Definition,
): DefinitionPlace[] {
  return [...new Set([...file[register], ...log[register]])].map((element) => ({ register, element }))
}

/** What is known about one place besides its current values in the file and the log. */
export interface PlaceHistory {
  /** The values that the log had, oldest first. An element is absent before its first event. */
  readonly logged: readonly PlaceValue[]
  /** The values in HEAD's history of the file, oldest first and ending with HEAD's. Empty if git cannot tell. */
  readonly committed: readonly PlaceValue[]
  /** What this checkout last synced, and whether HEAD is still where it was then. Undefined if it never synced. */
  readonly synced: { readonly value: PlaceValue; readonly isCurrent: boolean } | undefined
}

/**
 * True if the place was changed in the file since it last agreed with the log. Otherwise the file is behind: the log
 * went on. Comparing the two values is not enough, since a value may be set back. See docs/formats.md, "Changed or
 * behind".
 */
export function isChanged({ file, element }: Difference, history: PlaceHistory): boolean {
  const { logged, committed, synced } = history
  if (element !== null && file === false) {
    // An element that no version of the file ever had was not removed from it.
    const wasThere = committed.includes(true) || synced?.value === true
    if (!wasThere) return false
  } else if (!logged.includes(file)) return true
  const head = committed.at(-1)
  const differsFromBoth = head !== undefined && file !== head && synced !== undefined && file !== synced.value
  if (differsFromBoth) return true
  const versions = [...committed, ...(synced?.isCurrent === true ? [synced.value] : []), file]
  // A value that was never synced says nothing about the order of those that were.
  return !isSubsequence(withoutRepeats(versions.filter((value) => logged.includes(value))), logged)
}

function withoutRepeats(values: readonly PlaceValue[]): PlaceValue[] {
  return values.filter((value, at) => value !== values[at - 1])
}

function isSubsequence(part: readonly PlaceValue[], whole: readonly PlaceValue[]): boolean {
  let next = 0
  for (const value of whole) if (value === part[next]) next++
  return next === part.length
}
