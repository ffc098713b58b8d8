/** The boxes of subtasks in the text of a package. */
import { boxTexts } from '../specs/subtask-boxes.js'
import type { Subtask } from './document.js'

/** `- [x] T001: Write it` */
export function subtaskBox({ id, title, done }: Subtask): string {
  return `- [${done ? 'x' : ' '}] ${id}${title === '' ? '' : `: ${title}`}`
}

/** IDs of the subtasks that a text without front matter has a box for. */
export function boxedIds(text: string): ReadonlySet<string> {
  // A line break first, so that dashes at the beginning are no front matter.
  return new Set(boxTexts(Buffer.from(`\n${text}`)).keys())
}
