/** The dependencies as a Mermaid flowchart, which code hosts render in Markdown. */
import type { WorkflowTable } from '../../events-lib.js'
import type { LaneRole, TransferDocument, TransferFeature, TransferItem, WrittenFile } from '../document.js'
import { roleOf } from '../roles.js'
import { singleLine } from '../text.js'

const STYLES: Readonly<Partial<Record<LaneRole, string>>> = {
  working: 'fill:#fff3bf,stroke:#f08c00',
  review: 'fill:#d0ebff,stroke:#1971c2',
  done: 'fill:#d3f9d8,stroke:#2f9e44',
  dropped: 'fill:#f1f3f5,stroke:#868e96',
  stopped: 'fill:#ffe3e3,stroke:#e03131',
}

export function writeMermaid(document: TransferDocument, table: WorkflowTable): WrittenFile[] {
  const parts = document.features.map((feature, at) => featureText(feature, `f${at + 1}`, table))
  const styles = Object.entries(STYLES).map(([role, style]) => `  classDef ${role} ${style}\n`)
  return [{ path: '', text: `flowchart LR\n${parts.join('')}${styles.join('')}` }]
}

function featureText(feature: TransferFeature, prefix: string, table: WorkflowTable): string {
  const names = new Map(feature.items.map(({ id }, at) => [id, `${prefix}_${at + 1}`]))
  const nodes = feature.items.map((item) => `    ${node(item, names.get(item.id) ?? '', table)}\n`)
  const edges = feature.items.flatMap((item) =>
    item.dependencies.flatMap((dependency) => {
      const [from, to] = [names.get(dependency), names.get(item.id)]
      return from === undefined || to === undefined ? [] : [`    ${from} --> ${to}\n`]
    }),
  )
  return `  subgraph ${prefix} [${label(feature.title)}]\n${nodes.join('')}${edges.join('')}  end\n`
}

function node(item: TransferItem, name: string, table: WorkflowTable): string {
  const role = roleOf(item.lane?.lane ?? table.initial, table)
  return `${name}[${label(`${item.id} ${item.title}`)}]${role in STYLES ? `:::${role}` : ''}`
}

/** Quotes a label. Characters that Mermaid or HTML would interpret become entities. */
function label(text: string): string {
  const safe = singleLine(text).replaceAll(/["#<>&\\`]/g, (char) => `#${char.charCodeAt(0)};`)
  return `"${safe}"`
}
