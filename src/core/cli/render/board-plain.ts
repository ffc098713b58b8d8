/**
 * The board where it is read by a program or kept in a file: one fact a line, each line with its kind and its
 * feature, so that grep finds it; nothing cut off, aligned by spaces.
 */
import type {
  ConflictDocument,
  FeatureStatusDocument,
  StatusDocument,
  WorkPackageDocument,
} from '../../projections/board-document.js'
import { paint, type Style, type Tone } from '../style.js'
import { valueText } from './conflict-lines.js'
import { laneTone } from './lane.js'
import { oneLine } from './strip-control.js'
import { displayWidth } from './text.js'

/** Lines of the kinds `feature`, `package` and `conflict`, in this order within each feature. */
export function plainBoard(status: StatusDocument, style: Style): string {
  const cells = new Cells()
  return status.features.flatMap((feature) => featureLines(feature, cells, style)).join('\n')
}

interface Cell {
  readonly text: string
  readonly width: number
}

/** What stands in columns, made fit and measured once: on a board of thousands the same few names stand again and again. */
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

/** A package's line, before the widths of its columns are known. */
interface PackageLine {
  readonly id: Cell
  readonly lane: Cell
  readonly tone: Tone
  readonly ticks: Cell
  readonly actor: Cell
  readonly rest: string
}

function featureLines(feature: FeatureStatusDocument, cells: Cells, style: Style): string[] {
  const { progress } = feature
  const slug = oneLine(feature.feature)
  const packages = Object.entries(feature.lanes).flatMap(([name, inLane]) => {
    const [lane, tone] = [cells.of(name), laneTone(name)]
    return inLane.map((one) => packageLine(one, lane, tone, cells))
  })
  return [
    `feature  ${slug}  ${progress.done}/${progress.total} done  ${progress.percent}%  ${oneLine(feature.title)}`.trimEnd(),
    ...aligned(packages, `package  ${slug}`, style),
    ...feature.conflicts.map((conflict) => conflictLine(slug, conflict)),
  ]
}

function packageLine(one: WorkPackageDocument, lane: Cell, tone: Tone, cells: Cells): PackageLine {
  const { subtasks, blocked_by } = one
  const title = oneLine(one.title)
  return {
    id: cells.of(one.work_package),
    lane,
    tone,
    ticks: cells.of(subtasks.total === 0 ? '-' : `${subtasks.done}/${subtasks.total}`),
    actor: cells.of(one.actor ?? '-'),
    rest: blocked_by.length === 0 ? title : `${title}  blocked by ${oneLine(blocked_by.join(','))}`,
  }
}

function aligned(packages: readonly PackageLine[], start: string, style: Style): string[] {
  let [id, lane, ticks, actor] = [0, 0, 0, 0]
  for (const one of packages) {
    id = Math.max(id, one.id.width)
    lane = Math.max(lane, one.lane.width)
    ticks = Math.max(ticks, one.ticks.width)
    actor = Math.max(actor, one.actor.width)
  }
  return packages.map((one) => {
    const inLane = paint(padded(one.lane, lane), one.tone, style)
    return `${start}  ${padded(one.id, id)}  ${inLane}  ${padded(one.ticks, ticks)}  ${padded(one.actor, actor)}  ${one.rest}`
  })
}

function padded({ text, width }: Cell, column: number): string {
  return width === column ? text : text + ' '.repeat(column - width)
}

function conflictLine(slug: string, conflict: ConflictDocument): string {
  const values = conflict.events.map((event) => {
    const stands = event.event_id === conflict.winner ? ' (stands)' : ''
    return `${valueText(event.value)} by ${oneLine(event.actor)}${stands}`
  })
  const state = conflict.open ? 'open' : 'settled'
  return `conflict  ${slug}  ${oneLine(conflict.entity_id)}  ${oneLine(conflict.register)}  ${values.join(' against ')}  ${oneLine(conflict.rule)}  ${state}`
}
