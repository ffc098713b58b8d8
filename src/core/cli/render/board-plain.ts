/**
 * The board for programs and files: one fact per line, each line with its kind and feature so that grep finds it;
 * nothing is cut off, and spaces align the columns.
 */
import type {
  ConflictDocument,
  FeatureStatusDocument,
  StatusDocument,
  WorkPackageDocument,
} from '../../projections/board-document.js'
import { paint, type Style } from '../style.js'
import { valueText } from './conflict-lines.js'
import { archivedText } from './feature-heading.js'
import { endedLease } from './lease.js'
import { laneTone } from './lane.js'
import { markLines } from './marks.js'
import { oneLine } from './strip-control.js'
import { displayWidth } from './text.js'
import { plainLines } from './plain-lines.js'
import { counted } from '../../errors/counted.js'

/** Lines of the kinds `feature`, `package`, `conflict` and `mark`, in this order within each feature. */
export function plainBoard(status: StatusDocument, style: Style): string {
  const cells = new Cells()
  const lines: string[] = []
  for (const feature of status.features) {
    const slug = oneLine(feature.feature)
    lines.push(featureLine(slug, feature))
    addPackages(lines, feature, `package  ${slug}`, cells, style)
    for (const conflict of feature.conflicts) lines.push(conflictLine(slug, conflict))
    for (const { id, mark, text } of markLines(Object.values(feature.lanes).flat()))
      lines.push(`mark  ${slug}  ${id}  ${mark}  ${text}`)
  }
  if (status.not_compared > 0)
    lines.push(`note  ${counted(status.not_compared, 'file')} not compared yet: kitty sync --check`)
  return plainLines(lines)
}

interface Cell {
  readonly text: string
  readonly width: number
}

/** Cell texts, sanitized and measured once: a board of thousands repeats the same few names. */
class Cells {
  readonly #known = new Map<string, Cell>()

  of(raw: string): Cell {
    let cell = this.#known.get(raw)
    if (cell === undefined) {
      const text = oneLine(raw)
      cell = { text, width: displayWidth(text) }
      this.#known.set(raw, cell)
    }
    return cell
  }
}

/** A package's line before column widths are known. */
interface PackageLine {
  readonly id: Cell
  readonly ticks: Cell
  readonly actor: Cell
  readonly rest: string
}

function featureLine(slug: string, feature: FeatureStatusDocument): string {
  const { progress, title } = feature
  const { done, total, percent } = progress
  const away = archivedText(feature)
  return `feature  ${slug}  ${done}/${total} done  ${percent}%  ${oneLine(title)}${away === '' ? '' : `  ${away}`}`.trimEnd()
}

function addPackages(
  lines: string[],
  feature: FeatureStatusDocument,
  start: string,
  cells: Cells,
  style: Style,
): void {
  const lanes = Object.entries(feature.lanes)
    .filter(([, packages]) => packages.length > 0)
    .map(([name, packages]) => ({
      lane: cells.of(name),
      tone: laneTone(name),
      packages: packages.map((one) => packageLine(one, cells)),
    }))
  let [id, lane, ticks, actor] = [0, 0, 0, 0]
  for (const inLane of lanes) {
    lane = Math.max(lane, inLane.lane.width)
    for (const one of inLane.packages) {
      id = Math.max(id, one.id.width)
      ticks = Math.max(ticks, one.ticks.width)
      actor = Math.max(actor, one.actor.width)
    }
  }
  for (const inLane of lanes) {
    const name = paint(padded(inLane.lane, lane), inLane.tone, style)
    for (const one of inLane.packages) {
      const columns = [
        start,
        padded(one.id, id),
        name,
        padded(one.ticks, ticks),
        padded(one.actor, actor),
        one.rest,
      ]
      lines.push(columns.join('  '))
    }
  }
}

function packageLine(one: WorkPackageDocument, cells: Cells): PackageLine {
  const { subtasks, blocked_by } = one
  const title = oneLine(one.title)
  const left = one.lease?.ended === true ? `  ${endedLease(one.lease)}` : ''
  return {
    id: cells.of(one.work_package),
    ticks: cells.of(subtasks.total === 0 ? '-' : `${subtasks.done}/${subtasks.total}`),
    actor: cells.of(one.actor ?? '-'),
    rest:
      blocked_by.length === 0 ? `${title}${left}` : `${title}  blocked by ${oneLine(blocked_by.join(','))}`,
  }
}

function padded({ text, width }: Cell, column: number): string {
  return width === column ? text : text + ' '.repeat(column - width)
}

export function conflictLine(slug: string, conflict: ConflictDocument): string {
  const values = conflict.events.map((event) => {
    const wins = event.event_id === conflict.winner ? ' (wins)' : ''
    return `${valueText(event.value)} by ${oneLine(event.actor)}${wins}`
  })
  const state = conflict.open ? 'open' : 'settled'
  return `conflict  ${slug}  ${oneLine(conflict.entity_id)}  ${oneLine(conflict.register)}  ${values.join(' against ')}  ${oneLine(conflict.rule)}  ${state}`
}
