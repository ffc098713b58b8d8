/** Rows in columns under a heading: cut to the width on a terminal, uncut when piped. */
import type { Style } from '../style.js'
import { fill, ink, lineWidth, span, type Line, type Span, widest } from './line.js'

export interface Column<Row> {
  readonly title: string
  cell(row: Row): Span
  /** A fixed width, for rows printed in parts; default: the widest cell. */
  readonly width?: number
  /** Omitted on a terminal: facts for programs. */
  readonly pipedOnly?: true
}

/** On a terminal, no cell except the last is wider than this. */
const WIDEST_CELL = 32

/** The rows as text; the last column takes the remaining room. */
export function renderTable<Row>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  style: Style,
  heading = true,
): string {
  const shown = columns.filter((column) => !(style.terminal && column.pipedOnly === true))
  const cells = rows.map((row) => shown.map((column) => column.cell(row)))
  const titles = shown.map((column) => span(column.title, 'faint'))
  const all = heading ? [titles, ...cells] : cells
  const widths = shown.map((column, at) => {
    const width = column.width ?? widest(all.map((row) => row.slice(at, at + 1)))
    return style.terminal ? Math.min(width, WIDEST_CELL) : width
  })
  return ink(
    all.map((row) => joined(row, widths, style)),
    style,
  )
}

function joined(row: readonly Span[], widths: readonly number[], style: Style): Line {
  return row.flatMap((cell, at): Line => {
    if (at === row.length - 1) return [cell]
    // When piped, a cell wider than its column pushes the next one aside instead of losing its end.
    const width = style.terminal ? (widths[at] ?? 0) : Math.max(widths[at] ?? 0, lineWidth([cell]))
    return [...fill([cell], width, style), span('  ')]
  })
}
