import type { FoundDocument } from '../../services/board/search-work.js'
import { packageName } from '../../specs/work-package-id.js'
import type { Style } from '../style.js'
import { laneTone } from './lane.js'
import { span } from './line.js'
import { oneLine } from './strip-control.js'
import { type Column, renderTable } from './table.js'

const COLUMNS: readonly Column<FoundDocument>[] = [
  { title: 'package', cell: (one) => span(oneLine(packageName(one.feature, one.work_package)), 'strong') },
  { title: 'lane', cell: (one) => span(oneLine(one.lane), laneTone(one.lane)) },
  {
    title: 'where',
    cell: ({ where, line }) => span(line === null ? where : `${where}:${line}`, 'faint'),
  },
  { title: 'text', cell: (one) => span(oneLine(one.text)) },
]

/** Output of `search`. */
export function renderFound(rows: readonly FoundDocument[], style: Style): string {
  return rows.length === 0 ? 'Nothing matches.' : renderTable(COLUMNS, rows, style)
}
