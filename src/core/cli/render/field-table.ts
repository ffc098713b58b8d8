import type { Style } from '../style.js'
import { span } from './line.js'
import { oneLine } from './strip-control.js'
import { type Column, renderTable } from './table.js'

/** The chosen fields of a list, one column each, titled as in JSON. */
export function fieldTable(rows: readonly Readonly<Record<string, unknown>>[], style: Style): string {
  const names = Object.keys(rows[0] ?? {})
  const columns = names.map((name): Column<Readonly<Record<string, unknown>>> => ({
    title: name,
    cell: (row) => span(textOf(row[name])),
  }))
  return rows.length === 0 ? 'Nothing matches.' : renderTable(columns, rows, style)
}

function textOf(value: unknown): string {
  if (value === null || value === undefined || value === '') return '-'
  if (Array.isArray(value) && value.every((one) => typeof one === 'string'))
    return value.length === 0 ? '-' : oneLine(value.join(','))
  return oneLine(typeof value === 'string' ? value : JSON.stringify(value))
}
