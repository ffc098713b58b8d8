import type { SourceProblem, TransferFeature, TransferItem } from './document.js'
import { withoutBadEdges } from './graph.js'
import type { KittyLabels } from './labels.js'
import type { LossCount } from './text.js'

/** An item as a reader found it, with the labels that kitty's export put there. */
export interface LabeledItem {
  readonly item: TransferItem
  readonly labels: KittyLabels
  readonly file: string
  readonly line: number | null
}

/** Names for a feature when no label gives one. */
export type FeatureNames = Pick<TransferFeature, 'id' | 'name' | 'title'>

/**
 * Groups items into the features that their labels name, and items without such a label into a feature of their own. If
 * several items share an ID, the newest counts. Dependencies that kitty cannot represent count as lost.
 */
export function featuresOf(
  found: readonly LabeledItem[],
  unnamed: FeatureNames,
  problems: SourceProblem[],
  losses: LossCount,
): TransferFeature[] {
  const groups = new Map<string, LabeledItem[]>()
  for (const one of found) {
    const name = one.labels.feature ?? ''
    const group = groups.get(name)
    if (group === undefined) groups.set(name, [one])
    else group.push(one)
  }
  return [...groups].map(([name, group]) => {
    const items = group.map(({ item }) => item)
    const { items: kept, dropped } = withoutBadEdges(newestOfEach(group, problems) ?? items)
    for (const { why } of dropped) losses.add(`dependency (${why})`, 'dropped')
    const title = group.find(({ labels }) => labels['feature-title'] !== null)?.labels['feature-title']
    return {
      ...(name === '' ? unnamed : { id: name, name, title: title ?? name }),
      source: null,
      mission: null,
      createdAt: null,
      createdBy: null,
      items: kept,
      notes: [],
    }
  })
}

/** Adds what the labels of exported packages say they wait for. */
export function withLabeledDependencies(found: readonly LabeledItem[]): LabeledItem[] {
  const nameOfPackage = ({ feature }: KittyLabels, id: string): string => JSON.stringify([feature, id])
  const items = new Map<string, string>()
  for (const { item, labels } of found) {
    const name = nameOfPackage(labels, labels['work-package'] ?? '')
    if (!items.has(name)) items.set(name, item.id)
  }
  return found.map((one) => {
    const more = one.labels.after.flatMap((id) => items.get(nameOfPackage(one.labels, id)) ?? [])
    if (more.length === 0) return one
    return { ...one, item: { ...one.item, dependencies: [...one.item.dependencies, ...more] } }
  })
}

/** Returns undefined if no ID repeats. */
function newestOfEach(group: readonly LabeledItem[], problems: SourceProblem[]): TransferItem[] | undefined {
  const byId = new Map<string, TransferItem>()
  for (const { item, file, line } of group) {
    const known = byId.get(item.id)
    if (known !== undefined)
      problems.push({ file, line, message: `${item.id} is there more than once; the newest one counts` })
    if (known === undefined || (item.updatedAt ?? '') >= (known.updatedAt ?? '')) byId.set(item.id, item)
  }
  return byId.size === group.length ? undefined : [...byId.values()]
}

/**
 * Returns the package that kitty exported the item from, based on its label or an ID such as `WP03` or `001-demo.WP03`.
 */
export function ownWorkPackage(id: string, labels: KittyLabels | null = null): string | null {
  const digits = /^(?:.+\.)?WP-?(\d{1,6})$/.exec(labels?.['work-package'] ?? id)?.[1]
  return digits === undefined ? null : `WP${String(Number(digits)).padStart(2, '0')}`
}
