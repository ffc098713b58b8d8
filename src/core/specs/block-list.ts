import type { Entry } from './key-lines.js'
import { lineAt, skipBlanks } from './lines.js'
import { simpleValue } from './simple-value.js'

interface EditedBlock {
  /** Where the list's first line begins; the list ends with its entry. */
  readonly from: number
  /** The lines to put there, one character per byte. */
  readonly text: string
}

/**
 * Edits a list that has one item per line: keeps the lines of items that stay, with their comments, and those between
 * them, and adds a line for each new item.
 * @param wanted IDs, with what to write for a new one
 * @returns undefined if the value is no such list, or if nothing of it would be left
 */
export function editedBlockList(
  text: string,
  entry: Entry,
  wanted: ReadonlyMap<string, string>,
  idOf: (item: string) => string | undefined,
): EditedBlock | undefined {
  const value = entry.continues ? simpleValue(text, entry) : undefined
  const from = lineAt(text, entry.lineEnd, entry.end).next
  if (value?.kind !== 'list' || text[skipBlanks(text, from, entry.end)] !== '-' || wanted.size === 0)
    return undefined
  const left = new Map(wanted)
  const items = value.items.values()
  const lines: string[] = []
  let start = ''
  for (let at = from; at < entry.end;) {
    const line = lineAt(text, at, entry.end)
    at = line.next
    const content = skipBlanks(text, line.start, line.end)
    if (text[content] !== '-') {
      lines.push(text.slice(line.start, line.next))
      continue
    }
    start = text.slice(line.start, content)
    const item = items.next().value
    const id = item?.kind === 'scalar' ? idOf(item.text) : undefined
    if (id !== undefined && left.delete(id)) lines.push(text.slice(line.start, line.next))
  }
  const newline = text.slice(0, entry.end).endsWith('\r\n') ? '\r\n' : '\n'
  const added = [...left.values()].map(
    (item) => `${start}- ${Buffer.from(item).toString('latin1')}${newline}`,
  )
  return { from, text: [...lines, ...added].join('') }
}
