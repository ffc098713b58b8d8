import { h } from 'preact'
import { useState } from 'preact/hooks'

type Cell = string | number | null

interface TableProps {
  readonly title: string
  readonly head: readonly string[]
  readonly rows: readonly (readonly Cell[])[]
}

/** The figures behind a chart, for screen readers and for spreadsheets. Drawn once it is opened. */
export function Table({ title, head, rows }: TableProps): h.JSX.Element {
  const [isOpen, open] = useState(false)
  return (
    <details class="data" onToggle={({ currentTarget }) => open(currentTarget.open)}>
      <summary>Table</summary>
      {isOpen && (
        <div class="scroll" tabIndex={0} role="group" aria-label={`${title}, table`}>
          <button onClick={() => save(`${title}.csv`, csv([head, ...rows]))}>Save as CSV</button>
          <table>
            <thead>
              <tr>
                {head.map((name) => (
                  <th key={name} scope="col">
                    {name}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {rows.map((row, at) => (
                <tr key={at}>
                  {row.map((cell, column) => (
                    <td key={column}>{cell ?? '–'}</td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </details>
  )
}

/** RFC 4180. A text that a spreadsheet would take for a formula begins with an apostrophe. */
function csv(rows: readonly (readonly Cell[])[]): string {
  const cell = (value: Cell): string => {
    const text = typeof value === 'string' && /^[=+\-@\t\r]/.test(value) ? `'${value}` : String(value ?? '')
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
  }
  return rows.map((row) => `${row.map(cell).join(',')}\r\n`).join('')
}

function save(name: string, text: string): void {
  const href = URL.createObjectURL(new Blob([text], { type: 'text/csv' }))
  Object.assign(document.createElement('a'), { href, download: name }).click()
  URL.revokeObjectURL(href)
}
