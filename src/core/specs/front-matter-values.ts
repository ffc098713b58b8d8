/**
 * The values of the keys that kitty reads from a file's front matter, each with its line. Other keys are left to their
 * readers.
 */
import { type Entry, readEntries } from './key-lines.js'
import { structureProblem } from './structure.js'
import { simpleValue } from './simple-value.js'
import { lineOf, type Problem, type Value } from './value.js'
import { yamlValue } from './yaml-value.js'

const KEYS = [
  'work_package_id',
  'title',
  'work_package_title',
  'dependencies',
  'subtasks',
  'priority',
  'lane',
] as const
type Key = (typeof KEYS)[number]

export type Values = Partial<Readonly<Record<Key, Value>>>

type FrontMatterValues = { readonly ok: true; readonly values: Values } | ({ readonly ok: false } & Problem)

const isKey = (name: string): name is Key => (KEYS as readonly string[]).includes(name)

/** Reads bytes [start, end) of a UTF-8 file. Returns the first problem, if there is one. */
export async function readValues(bytes: Buffer, start: number, end: number): Promise<FrontMatterValues> {
  const text = bytes.toString('latin1', 0, end)
  const unsafe = structureProblem(text, start, end)
  if (unsafe !== undefined) return { ok: false, ...unsafe }
  const read = readEntries(text, start, end)
  if (!read.ok) return read
  const values: Partial<Record<Key, Value>> = {}
  for (const entry of read.entries) {
    const line = lineOf(text, entry.start)
    const { key } = entry
    if (!isKey(key)) {
      const problem = otherKeyProblem(text, entry)
      if (problem !== undefined) return { ok: false, line, problem }
      continue
    }
    if (values[key] !== undefined) return { ok: false, line, problem: `"${key}" is there twice: remove one` }
    const value = simpleValue(text, entry) ?? (await parsed(bytes, entry, line))
    if ('problem' in value) return { ok: false, ...value }
    values[key] = value
  }
  return { ok: true, values }
}

async function parsed(bytes: Buffer, { key, start, end }: Entry, line: number): Promise<Value | Problem> {
  const read = await yamlValue(bytes.toString('utf8', start, end), line)
  if (read.ok) return read.value
  const isList = key === 'dependencies' || key === 'subtasks'
  if (read.problem.startsWith('not read')) return { line: read.line, problem: read.problem }
  return {
    line: read.line,
    problem: isList
      ? `the ${key} cannot be read: write a list such as [${key === 'subtasks' ? 'T001, T002' : 'WP01, WP02'}]`
      : `put the ${key} in quotes`,
  }
}

/** Reports a key that differs from one of kitty's only in case or dashes, since kitty would silently ignore it. */
function otherKeyProblem(text: string, entry: Entry): string | undefined {
  const meant = entry.key.toLowerCase().replaceAll('-', '_')
  if (isKey(meant)) return `write "${entry.key}" as "${meant}"`
  if (entry.continues || simpleValue(text, entry) !== undefined) return undefined
  const value = text.slice(entry.valueStart, entry.lineEnd).trimStart()
  return /^[^\s"'[{|>]/.test(value) ? `put the value of ${entry.key} in quotes` : undefined
}
