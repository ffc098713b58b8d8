/** Comma-separated values according to RFC 4180, as spreadsheets write and read them. */

export interface Row {
  /** 1-based line of the file at which the row begins. */
  readonly line: number
  readonly cells: readonly string[]
}

type Table =
  | { readonly ok: true; readonly rows: readonly Row[] }
  | { readonly ok: false; readonly line: number; readonly rows: readonly Row[] }

/** Spreadsheets treat a cell that begins like this as a formula. */
const FORMULA = /^[=+\-@\t\r]/

/**
 * Reads the rows of a table. Its separator is the one of comma, semicolon and tab that the first line has most of. `ok`
 * is false if a quote is never closed: `line` then says where it was opened, and the rows before it are still returned.
 */
export function readTable(text: string): Table {
  const separator = separatorOf(text)
  const rows: Row[] = []
  let [cells, cell, line, start]: [string[], string, number, number] = [[], '', 1, 1]
  const endRow = (): void => {
    cells.push(cell)
    if (cells.length > 1 || cells[0]?.trim() !== '')
      rows.push({ line: start, cells: cells.map(withoutGuard) })
    cells = []
    cell = ''
  }
  for (let at = 0; at < text.length; at += 1) {
    const char = text[at] ?? ''
    if (char === '"' && cell === '') {
      const end = endOfQuoted(text, at)
      if (end === undefined) return { ok: false, line, rows }
      const quoted = text.slice(at + 1, end)
      cell = quoted.replaceAll('""', '"')
      line += quoted.split('\n').length - 1
      at = end
    } else if (char === separator) {
      cells.push(cell)
      cell = ''
    } else if (char === '\n' || char === '\r') {
      if (char === '\r' && text[at + 1] === '\n') at += 1
      endRow()
      line += 1
      start = line
    } else cell += char
  }
  endRow()
  return { ok: true, rows }
}

/** Writes one line of a table, including its line end. */
export function writeRow(cells: readonly string[]): string {
  return `${cells.map(writeCell).join(',')}\r\n`
}

/** Prefixes a formula with an apostrophe, which a spreadsheet hides and {@link readTable} removes. */
function writeCell(text: string): string {
  const safe = FORMULA.test(text) || /^'[=+\-@\t\r']/.test(text) ? `'${text}` : text
  return /[",\r\n]|^\s|\s$/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

function withoutGuard(cell: string): string {
  return /^'[=+\-@\t\r']/.test(cell) ? cell.slice(1) : cell
}

function separatorOf(text: string): string {
  const [head = ''] = text.split(/[\r\n]/, 1)
  const bare = head.replaceAll(/"[^"]*"/g, '')
  const counts = [',', ';', '\t'].map((separator) => ({ separator, count: bare.split(separator).length }))
  counts.sort((a, b) => b.count - a.count)
  return counts[0]?.separator ?? ','
}

function endOfQuoted(text: string, open: number): number | undefined {
  for (let at = text.indexOf('"', open + 1); at >= 0; at = text.indexOf('"', at + 1)) {
    if (text[at + 1] !== '"') return at
    at += 1
  }
  return undefined
}
