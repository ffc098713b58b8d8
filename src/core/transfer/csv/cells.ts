/** Lists in one cell: separated by semicolons, or as a JSON list if an element contains a semicolon. */
import { idOf, parseJson } from '../json.js'
import type { Subtask } from '../document.js'
import { subtasksOf } from '../subtasks.js'
import type { LossCount } from '../text.js'

export function readList(cell: string): string[] {
  const trimmed = cell.trim()
  if (trimmed.startsWith('[')) {
    const parsed = parseJson(trimmed)
    // Cast: Array.isArray returns any[].
    if (parsed.ok && Array.isArray(parsed.value))
      return (parsed.value as unknown[]).flatMap((item) => idOf(item) ?? [])
  }
  const separator = trimmed.includes(';') || trimmed.includes('\n') ? /[;\n]/ : /,/
  return trimmed
    .split(separator)
    .map((item) => item.trim())
    .filter((item) => item !== '')
}

export function writeList(items: readonly string[]): string {
  const isPlain = items.every((item) => !/[;,\n[]/.test(item) && item.trim() === item)
  return isPlain ? items.join('; ') : JSON.stringify(items)
}

/** `T001 [x]` is done. */
export function readSubtasks(cells: readonly string[], losses: LossCount): Subtask[] {
  const entries = cells.flatMap(readList).map((text) => {
    const box = /\[([ xX])\]$/.exec(text)
    return { text: text.slice(0, box?.index), done: box?.[1]?.toLowerCase() === 'x' }
  })
  return subtasksOf(entries, losses)
}

export function writeSubtasks(subtasks: readonly Subtask[]): string {
  return writeList(
    subtasks.map(({ id, title, done }) => `${id}${title === '' ? '' : `: ${title}`}${done ? ' [x]' : ''}`),
  )
}
