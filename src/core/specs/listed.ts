/** Dependencies and subtasks, in the forms in which authors write them. */
import { createHash } from 'node:crypto'
import { quoted } from '../errors/secrets.js'
import type { Problem, Value } from './value.js'
import { spellWorkPackageId } from './work-package-id.js'

type Listed =
  | {
      readonly ok: true
      readonly ids: readonly string[]
      /** Describes what the items state that kitty does not take from files. */
      readonly leftOut: readonly string[]
    }
  | ({ readonly ok: false } & Problem)

const NONE = /^(?:none|n\/a|\[\s?\])?$/i

/** Reads package IDs. `none`, `n/a`, `"[]"` and an empty value mean no IDs. Drops repeats, which add nothing. */
export function readDependencies(value: Value | undefined): Listed {
  const ids = new Set<string>()
  for (const item of itemsOf(value)) {
    const text = item.kind === 'mapping' ? item.keys.get('id') : item
    const id = text?.kind === 'scalar' ? spellWorkPackageId(text.text) : undefined
    if (id === undefined) return refused(item, `${shown(item)} is no package: write [WP01, WP02]`)
    ids.add(id)
  }
  return { ok: true, ids: [...ids], leftOut: [] }
}

/** `T001`, `ST-1` or `T001A`: letters, then a number. A title may follow. */
const NUMBERED = /^([A-Za-z]{1,16}[-_.]?\d[\w.]{0,47})(?=[\s:,]|$)/
const WORD = /^[A-Za-z][\w.-]{0,63}$/
/** An ID that kitty has made, as exports and imported files write it before the sentence. */
const MADE = /^(s-[0-9A-HJKMNP-TV-Z]{8})(?=[\s:,]|$)/
const RANGE =
  /^([A-Za-z]{0,16})-?(\d{1,9})[A-Za-z]?(\s{0,4}(?:-|–|—|\.{2,3}|…|to|through)\s{0,4})([A-Za-z]{0,16})-?(\d{1,9})[A-Za-z]?(?![\w.-])(.?)/i

/**
 * True for `T001-T005`, `T001-005` and `T001 to T005`. But `T001-1` is one ID, and `T001 - 2 tests` is an ID with a
 * title.
 */
function isRange(text: string): boolean {
  const [, letters, first, between, again, last, rest] = RANGE.exec(text) ?? []
  if (letters === undefined || first === undefined || last === undefined) return false
  if (again !== '' && again !== undefined) return again.toLowerCase() === letters.toLowerCase()
  return rest === '' && (letters === '' || first.length === last.length || between !== '-')
}

/**
 * Reads subtask IDs. A subtask without a written ID gets one made from its sentence, which stays the same as long as
 * the sentence does.
 */
export function readSubtasks(value: Value | undefined): Listed {
  const ids = new Set<string>()
  const leftOut: string[] = []
  for (const item of itemsOf(value)) {
    const stated = item.kind === 'mapping' ? statedSubtask(item.keys) : undefined
    const text = stated?.text ?? (item.kind === 'scalar' ? item.text : undefined)
    if (text === undefined || text.trim() === '')
      return refused(item, `${shown(item)} is no subtask: write [T001, T002], or a sentence for each`)
    if (isRange(text.trim()))
      return refused(item, `${shown(item)} is a range: name each subtask, as in [T001, T002]`)
    const id = subtaskId(text)
    if (ids.has(id)) return refused(item, `${id} is there twice: remove one, or give it an id of its own`)
    ids.add(id)
    if (stated?.hasStatus === true) leftOut.push(`the status of ${id}`)
  }
  return { ok: true, ids: [...ids], leftOut }
}

/** The subtask's ID: the one that it begins with, or one made from its words. */
export function subtaskId(text: string): string {
  const trimmed = text.trim()
  if (WORD.test(trimmed)) return trimmed
  return MADE.exec(trimmed)?.[1] ?? NUMBERED.exec(trimmed)?.[1] ?? madeId(trimmed)
}

/**
 * The ID of a subtask in a list that kitty writes. One that another subtask has, or that the list's reader takes for
 * something else, gives way to one made from the words.
 */
export function freeSubtaskId(text: string, taken: { has(id: string): boolean }): string {
  const id = subtaskId(text)
  const isRead = !isRange(text.trim()) && !isRange(id) && !NONE.test(id)
  return isRead && !taken.has(id) ? id : madeId(text.trim())
}

const CROCKFORD = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'

/**
 * `s-` and the first 40 bits of the sentence's SHA-256. Ignores differences in Unicode normalization and white space.
 */
function madeId(sentence: string): string {
  const folded = sentence.normalize('NFC').replaceAll(/\s+/g, ' ')
  const bits = createHash('sha256').update(folded).digest().readUIntBE(0, 5)
  const digits = Array.from({ length: 8 }, (_, at) =>
    CROCKFORD.charAt(Math.floor(bits / 32 ** (7 - at)) % 32),
  )
  return `s-${digits.join('')}`
}

interface StatedSubtask {
  readonly text: string
  readonly hasStatus: boolean
}

/** Reads `{id, title, status}`. `T001: Write it` is an object too, according to YAML. */
function statedSubtask(keys: ReadonlyMap<string, Value>): StatedSubtask | undefined {
  const named = keys.get('id') ?? keys.get('title')
  const hasStatus = keys.has('status') || keys.has('done')
  if (named?.kind === 'scalar') return { text: named.text, hasStatus }
  const [only, ...others] = keys
  const isTitled = others.length === 0 && only?.[1].kind !== 'mapping' && only?.[1].kind !== 'list'
  const id = only !== undefined && isTitled ? NUMBERED.exec(only[0])?.[1] : undefined
  return id === undefined ? undefined : { text: id, hasStatus: false }
}

/** The items of a list. Text counts as a list separated by commas. */
function itemsOf(value: Value | undefined): readonly Value[] {
  if (value === undefined || value.kind === 'none') return []
  if (value.kind === 'mapping') return [value]
  if (value.kind === 'scalar') return wordsOf(value)
  const [only] = value.items
  if (value.items.length === 1 && only?.kind === 'scalar' && NONE.test(only.text.trim())) return []
  return value.items
}

function wordsOf({ text, line }: Value & { kind: 'scalar' }): readonly Value[] {
  const trimmed = text.trim()
  if (NONE.test(trimmed)) return []
  const inside = trimmed.startsWith('[') && trimmed.endsWith(']') ? trimmed.slice(1, -1) : trimmed
  const words = inside.split(',').map((word) => word.trim().replace(/^(["'])(.{0,200})\1$/, '$2'))
  return words.filter((word) => word !== '').map((word) => ({ kind: 'scalar', line, text: word }))
}

function refused({ line }: Value, problem: string): Listed {
  return { ok: false, line, problem }
}

function shown(item: Value): string {
  if (item.kind === 'scalar') return quoted(item.text, 60)
  return item.kind === 'none'
    ? 'an empty item'
    : item.kind === 'list'
      ? 'a list in a list'
      : 'an object without an id'
}
