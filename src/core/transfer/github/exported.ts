/**
 * What kitty's export adds to an issue and its import takes away again: the package's ID before the title, below the
 * text what no label can hold, and before a comment who wrote it.
 */
import { boxedIds, subtaskBox } from '../boxes.js'
import { parseJson } from '../json.js'
import type { Subtask } from '../document.js'
import { block } from '../text.js'

/** A title on GitHub has at most as many characters. */
const TITLE_LENGTH = 256
/** GitHub takes 65,536 characters, and Linux 131,072 bytes in one argument. */
const [TEXT_LENGTH, TEXT_BYTES] = [64_000, 120_000]
const CUT = '\n\n(Cut by kitty: an issue cannot hold more.)'
const BEGIN = '<!-- kitty:export '
const LINE = /^<!-- kitty:export (\[.*\]) -->$/

/** The title of a package's issue. A longer one is cut, and the label `kitty:title` has it as it is. */
export function issueTitle(id: string, title: string): string {
  const whole = `${id}: ${title}`
  if (whole.length <= TITLE_LENGTH) return whole
  return `${whole.slice(0, TITLE_LENGTH - 1).replace(/[\ud800-\udbff]$/, '')}…`
}

/** The package's title, if the issue still has the one that it was exported with; otherwise the issue's. */
export function packageTitle(title: string, id: string, exported: string | null): string {
  if (exported !== null && issueTitle(id, exported) === title) return exported
  return title.startsWith(`${id}: `) ? title.slice(id.length + 2) : title
}

/**
 * The text of a package's issue: a box for each subtask that the package's text has no box for, and labels that GitHub
 * does not take as such.
 */
export function issueBody(body: string, subtasks: readonly Subtask[], labels: readonly string[]): string {
  const present = boxedIds(body)
  const boxes = subtasks.filter(({ id }) => !present.has(id)).map(subtaskBox)
  const isPlain = boxes.length === 0 && labels.length === 0 && !body.includes(BEGIN)
  if (isPlain) return fitting(body)
  // An angle bracket could end the comment.
  const list = JSON.stringify(labels).replaceAll('<', '\\u003c').replaceAll('>', '\\u003e')
  const below = [`${BEGIN}${list} -->`, ...(boxes.length === 0 ? [] : ['', ...boxes])].join('\n')
  const above = fitting(body, below.length)
  return above === '' ? below : `${above}\n\n${below}`
}

/** The text of a package's issue, taken apart. What a person has written below the export's part stays in the text. */
export function packageBody(text: string): { readonly body: string; readonly labels: readonly string[] } {
  const lines = block(text).split('\n')
  const at = lines.findLastIndex((line) => LINE.test(line))
  const parsed = parseJson(LINE.exec(lines[at] ?? '')?.[1] ?? '')
  if (!parsed.ok || !Array.isArray(parsed.value)) return { body: text, labels: [] }
  const below = lines.slice(at + 1).filter((line) => boxedIds(line).size === 0)
  const body = `${lines.slice(0, at).join('\n').trim()}\n\n${below.join('\n').trim()}`.trim()
  // Cast: Array.isArray returns any[].
  return { body, labels: (parsed.value as unknown[]).filter((label) => typeof label === 'string') }
}

/** A note as a comment, which GitHub signs and dates otherwise. */
export function noteComment(by: string | null, at: string | null, text: string): string {
  return fitting(`${by ?? 'unknown'}, ${at ?? ''}: ${text}`)
}

/** A note that an export made a comment of. Undefined for a comment that a person wrote. */
export function commentedNote(text: string): { readonly by: string; readonly text: string } | undefined {
  const [, by, note] = /^([^\n]{1,200}?), (?:\d{4}-\d\d-\d\dT[\d:.]{8,12}Z)?: (\S[\s\S]*)$/.exec(text) ?? []
  return by === undefined || note === undefined ? undefined : { by, text: note }
}

/** The comment that makes GitHub link a package's issue to one that it waits for. A label says it, too. */
export function waitComment(number: string): string {
  return `Depends on #${number}`
}

export function isWaitComment(text: string): boolean {
  return /^Depends on #\d+$/.test(text.trim())
}

/** @param taken how many characters another part of the text needs */
function fitting(text: string, taken = 0): string {
  const length = TEXT_LENGTH - taken
  if (text.length <= length && Buffer.byteLength(text) <= TEXT_BYTES - taken) return text
  const bytes = Buffer.from(text.slice(0, Math.max(0, length - CUT.length)))
  const kept = bytes.subarray(0, Math.max(0, TEXT_BYTES - taken)).toString('utf8')
  return `${kept.replace(/\ufffd+$/, '')}${CUT}`
}
