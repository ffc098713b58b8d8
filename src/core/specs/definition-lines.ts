/**
 * Writes registers back into a file's front matter. Changes only the lines of those keys and keeps every other byte.
 * Reads the result again to verify it.
 */
import { basename } from 'node:path'
import { type Definition, differences } from './definition.js'
import { splitFrontMatter } from './front-matter.js'
import { type Entry, readEntries } from './key-lines.js'
import { lineAt, skipBlanks } from './lines.js'
import { subtaskId } from './listed.js'
import { simpleValue } from './simple-value.js'
import { readWorkPackage } from './work-package-file.js'
import { spellWorkPackageId } from './work-package-id.js'

type Register = keyof Definition

type Written =
  { readonly ok: true; readonly bytes: Buffer } | { readonly ok: false; readonly problem: string }

/**
 * Returns the file with these registers set as in `wanted`.
 * @param path the file's name, which determines the ID
 */
export async function setDefinition(
  path: string,
  bytes: Buffer,
  wanted: Definition,
  registers: readonly Register[],
): Promise<Written> {
  let text = bytes
  for (const register of registers) {
    const changed = setRegister(text, register, wanted)
    if (!changed.ok) return changed
    text = changed.bytes
  }
  const read = await readWorkPackage(basename(path), text)
  if (!read.ok) return { ok: false, problem: read.reason }
  const wrong = differences(read.workPackage, wanted).find(({ register }) => registers.includes(register))
  return wrong === undefined
    ? { ok: true, bytes: text }
    : { ok: false, problem: `its ${wrong.register} is written in a way that only a person can change` }
}

function setRegister(bytes: Buffer, register: Register, wanted: Definition): Written {
  const block = splitFrontMatter(bytes)
  if (block.kind === 'none')
    return { ok: false, problem: 'it has no front matter: begin the file with "---", keys, "---"' }
  if (block.kind === 'broken') return { ok: false, problem: block.problem }
  const text = bytes.toString('latin1', 0, block.end)
  const read = readEntries(text, block.start, block.end)
  if (!read.ok) return { ok: false, problem: `its front matter cannot be edited safely: ${read.problem}` }
  const entry = read.entries.find(({ key }) => key === register)
  const anchor =
    read.entries.find(({ key }) => key === 'work_package_id') ??
    read.entries.find(({ key }) => key === 'title')
  const at = entry?.valueStart ?? anchor?.end ?? block.start
  const newline = text.includes('\r\n') ? '\r\n' : '\n'
  const value = valueOf(text, entry, register, wanted, newline)
  if (value === undefined)
    return { ok: false, problem: `its ${register} is written in a way that only a person can change` }
  const written =
    entry === undefined
      ? `${register}: ${value}${newline}`
      : `${value.startsWith(newline) ? '' : ' '}${value}`
  const end = entry === undefined ? at : endOf(text, entry)
  return {
    ok: true,
    bytes: Buffer.concat([bytes.subarray(0, at), Buffer.from(written, 'utf8'), bytes.subarray(end)]),
  }
}

/**
 * Where the entry's value ends. The line end of its last line is kept, and so is a comment if the value is on one line.
 */
function endOf(text: string, { valueStart, lineEnd, end, continues }: Entry): number {
  if (!continues) {
    const comment = /(?<![ \t])[ \t]+#[^\n]*$/.exec(text.slice(valueStart, lineEnd))
    const isQuoted = /^\s*["'[]/.test(text.slice(valueStart, lineEnd))
    return comment === null || isQuoted ? lineEnd : valueStart + comment.index
  }
  let last = lineAt(text, valueStart, end)
  while (last.next < end) last = lineAt(text, last.next, end)
  return last.end
}

function valueOf(
  text: string,
  entry: Entry | undefined,
  register: Register,
  wanted: Definition,
  newline: string,
): string | undefined {
  if (register === 'title') return JSON.stringify(wanted.title)
  if (register === 'priority') return String(wanted.priority)
  const spelled = entry === undefined ? new Map<string, string>() : itemsOf(text, entry, register)
  if (spelled === undefined) return undefined
  const items = wanted[register].map((id) => spelled.get(id) ?? id).map(quoted)
  const first = entry?.continues === true ? lineAt(text, entry.lineEnd, entry.end).next : undefined
  const column = first === undefined ? undefined : skipBlanks(text, first, entry?.end ?? first)
  if (items.length === 0 || first === undefined || column === undefined || text[column] !== '-')
    return `[${items.join(', ')}]`
  const indent = text.slice(first, column)
  return items.map((item) => `${newline}${indent}- ${item}`).join('')
}

/** What the author wrote for each ID, so that a sentence stays a sentence. Undefined if an item is more than text. */
function itemsOf(
  text: string,
  entry: Entry,
  register: 'dependencies' | 'subtasks',
): Map<string, string> | undefined {
  const value = simpleValue(text, entry)
  if (value?.kind === 'none') return new Map()
  if (value?.kind === 'scalar') return new Map()
  if (value?.kind !== 'list') return undefined
  const spelled = new Map<string, string>()
  for (const item of value.items) {
    if (item.kind !== 'scalar') return undefined
    const id = register === 'subtasks' ? subtaskId(item.text) : spellWorkPackageId(item.text)
    if (id !== undefined) spelled.set(id, item.text)
  }
  return spelled
}

function quoted(item: string): string {
  return /^[A-Za-z][\w.-]*$/.test(item) ? item : JSON.stringify(item)
}
