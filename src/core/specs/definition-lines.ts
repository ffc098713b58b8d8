/**
 * Writes registers back into a file's front matter. Changes only the lines of those keys and keeps every other byte.
 * Reads the result again to verify it.
 */
import { basename } from 'node:path'
import { editedBlockList } from './block-list.js'
import { type Definition, differences } from './definition.js'
import { splitFrontMatter } from './front-matter.js'
import { type Entry, readEntries } from './key-lines.js'
import { lineAt, skipBlanks } from './lines.js'
import { subtaskId } from './listed.js'
import { simpleValue } from './simple-value.js'
import { endOfClosed } from './value-end.js'
import { yamlQuoted } from './yaml-text.js'
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
  const list =
    entry === undefined || register === 'title' || register === 'priority'
      ? undefined
      : editedBlockList(
          text,
          entry,
          new Map(wanted[register].map((id) => [id, quoted(id)])),
          register === 'subtasks' ? subtaskId : spellWorkPackageId,
        )
  if (entry !== undefined && list !== undefined)
    return replaced(bytes, list.from, entry.end, Buffer.from(list.text, 'latin1'))
  const anchor =
    read.entries.find(({ key }) => key === 'work_package_id') ??
    read.entries.find(({ key }) => key === 'title')
  const at = entry?.valueStart ?? anchor?.end ?? block.start
  const newline = text.includes('\r\n') ? '\r\n' : '\n'
  const value = valueOf(text, entry, register, wanted)
  if (value === undefined)
    return { ok: false, problem: `its ${register} is written in a way that only a person can change` }
  const written = entry === undefined ? `${register}: ${value}${newline}` : ` ${value}`
  const end = entry === undefined ? at : endOf(text, entry)
  return replaced(bytes, at, end, Buffer.from(written))
}

function replaced(bytes: Buffer, from: number, to: number, by: Buffer): Written {
  return { ok: true, bytes: Buffer.concat([bytes.subarray(0, from), by, bytes.subarray(to)]) }
}

/**
 * Where the entry's value ends. The line end of its last line is kept, and so is a comment if the value is on one line.
 */
function endOf(text: string, { valueStart, lineEnd, end, continues }: Entry): number {
  if (!continues) {
    const closed = endOfClosed(text, skipBlanks(text, valueStart, lineEnd), lineEnd)
    if (closed !== undefined) return closed
    const comment = /(?<![ \t])[ \t]+#[^\n]*$/.exec(text.slice(valueStart, lineEnd))
    return comment === null ? lineEnd : valueStart + comment.index
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
): string | undefined {
  if (register === 'title') return titleLike(text, entry, wanted.title)
  if (register === 'priority') return String(wanted.priority)
  const spelled = entry === undefined ? new Map<string, string>() : itemsOf(text, entry, register)
  if (spelled === undefined) return undefined
  return `[${wanted[register].map((id) => quoted(spelled.get(id) ?? id)).join(', ')}]`
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

/** Keeps single quotes where the author uses them. */
function titleLike(text: string, entry: Entry | undefined, title: string): string {
  const isSingle = entry !== undefined && text[skipBlanks(text, entry.valueStart, entry.lineEnd)] === "'"
  return isSingle ? `'${title.replaceAll("'", "''")}'` : yamlQuoted(title)
}

function quoted(item: string): string {
  return /^[A-Za-z][\w.-]*$/.test(item) ? item : yamlQuoted(item)
}
