import { grouped } from '../format.js'
import type { About, ConflictDocument, WorkPackageDocument } from './documents.js'
import { keyOf } from './rows.js'
import type { State } from './store.js'

/** Keys of the cards to show, by lane. */
export type Lanes = ReadonlyMap<string, readonly string[]>

const NOTHING: Lanes = new Map()

/** The board's cards, searched and filtered. The same object until something of it changes. */
export const boardLanes = remembered(
  ({ packages, about, place }: State) => [packages, about, place.search, place.feature] as const,
  ([packages, about, search, feature]) =>
    about === undefined ? NOTHING : lanesOf(packages.values(), search, feature),
)

/** The same by feature, for features as rows. */
export const boardFeatures = remembered(
  ({ packages, about, place }: State) => [packages, about, place.search, place.feature] as const,
  ([packages, about, search, feature]) => {
    const groups = grouped(about === undefined ? [] : packages.values(), (one) => one.feature)
    return [...groups.keys()]
      .filter((slug) => feature === '' || slug === feature)
      .sort()
      .map((slug) => ({ slug, lanes: lanesOf(groups.get(slug) ?? [], search, '') }))
      .filter(({ lanes }) => lanes.size > 0)
  },
)

/** Open conflicts of the features shown: someone has to decide them. */
export const decisions = remembered(
  ({ features, place }: State) => [features, place.feature] as const,
  ([features, feature]): readonly ConflictDocument[] =>
    [...features.values()]
      .filter((one) => feature === '' || one.feature === feature)
      .flatMap(({ conflicts }) => conflicts.filter(({ open }) => open)),
)

/** Packages that a conflict is open for. */
export const contested = remembered(
  (state: State) => [decisions(state)] as const,
  ([open]) => new Set(open.map(({ feature, entity_id }) => `${feature}/${entity_id}`)),
)

/** The workflow's lanes, then those that hold packages but are none of its own: no package may be out of sight. */
export function lanesWith(about: About, names: Iterable<string>): string[] {
  const others = [...new Set(names)].filter((name) => !about.lanes.includes(name)).sort()
  return [...about.lanes, ...others]
}

function lanesOf(packages: Iterable<WorkPackageDocument>, search: string, feature: string): Lanes {
  const words = search.toLowerCase().split(/\s+/)
  const shown = [...packages].filter(
    (one) => (feature === '' || one.feature === feature) && (search === '' || matches(one, words)),
  )
  const lanes = grouped(shown, ({ lane }) => lane)
  return new Map([...lanes].map(([lane, own]) => [lane, own.sort(byPlace).map(keyOf)]))
}

function matches(one: WorkPackageDocument, words: readonly string[]): boolean {
  const text =
    `${one.work_package} ${one.title} ${one.feature} ${one.actor ?? ''} ${one.tags.join(' ')}`.toLowerCase()
  return words.every((word) => text.includes(word))
}

/** Features by name, packages by number: WP9 before WP10. */
function byPlace(a: WorkPackageDocument, b: WorkPackageDocument): number {
  if (a.feature !== b.feature) return a.feature < b.feature ? -1 : 1
  return Number(a.work_package.slice(2)) - Number(b.work_package.slice(2))
}

/** Computes again only when one of the parts is another one. */
function remembered<Parts extends readonly unknown[], T>(
  partsOf: (state: State) => Parts,
  compute: (parts: NoInfer<Parts>) => T,
): (state: State) => T {
  let known: { readonly parts: Parts; readonly value: T } | undefined
  return (state) => {
    const parts = partsOf(state)
    if (known === undefined || parts.some((part, at) => part !== known?.parts[at]))
      known = { parts, value: compute(parts) }
    return known.value
  }
}
