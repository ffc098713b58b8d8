import type { DefinitionPlace, PlaceValue } from '../../specs/definition.js'
import { normalizeWorkPackageId } from '../../specs/work-package-id.js'

/** What to change. What is undefined stays. */
export interface PackageEdits {
  readonly title?: string | undefined
  /** Packages to wait for from now on, as typed. */
  readonly after?: readonly string[] | undefined
  /** Packages to wait for no longer, as typed. */
  readonly drop?: readonly string[] | undefined
  /** 0 to 4. */
  readonly priority?: number | undefined
  /** Markdown below the front matter. */
  readonly body?: string | Buffer | undefined
}

/** The value that a request wants in one place of the definition. */
interface Stated {
  readonly place: DefinitionPlace
  readonly value: PlaceValue
}

/** What the request states of the definition, whatever the file says there already. */
export function statedBy({ title, priority, after = [], drop = [] }: PackageEdits): Stated[] {
  const register = (name: 'title' | 'priority', value: string | number | undefined): Stated[] =>
    value === undefined ? [] : [{ place: { register: name, element: null }, value }]
  const elements = (ids: readonly string[], value: boolean): Stated[] =>
    ids.map((id) => ({ place: { register: 'dependencies', element: normalizeWorkPackageId(id) }, value }))
  return [
    ...register('title', title?.trim()),
    ...register('priority', priority),
    ...elements(after, true),
    ...elements(drop, false),
  ]
}

/** True for a place of the list; for a whole list without an element, when one of its elements is in it. */
export function isOneOf(places: readonly DefinitionPlace[]): (place: DefinitionPlace) => boolean {
  return ({ register, element }) =>
    places.some((one) => one.register === register && (element ?? one.element) === one.element)
}
