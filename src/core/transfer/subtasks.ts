import { freeSubtaskId } from '../specs/listed.js'
import type { Subtask } from './document.js'
import { type LossCount, singleLine } from './text.js'

/** An item of a source's list: its ID, its words, or both. */
export interface SubtaskText {
  readonly text: string
  readonly done: boolean
}

/**
 * Gives each item an ID of its own, since a package's file cannot hold one twice. Two items with the same words are one
 * subtask: the first one counts.
 */
export function subtasksOf(entries: readonly SubtaskText[], losses: LossCount): Subtask[] {
  const found = new Map<string, Subtask>()
  const said = new Set<string>()
  for (const { text, done } of entries) {
    const words = singleLine(text)
    if (words === '') continue
    const id = freeSubtaskId(words, found)
    if (said.has(words) || found.has(id)) {
      losses.add('subtask (says the same as another one)', 'dropped')
      continue
    }
    said.add(words)
    const title = words.startsWith(id) ? words.slice(id.length).replace(/^[\s:]+/, '') : words
    found.set(id, { id, title, done })
  }
  return [...found.values()]
}
