/** Cuts lists to what their reader has room for, and says what was left out. */
import { counted } from '../errors/counted.js'
import { KittyError } from '../errors/kitty-error.js'
import { shellWords } from '../platform/shell-words.js'
import { shownWords } from '../errors/next-step.js'

/** The flags of every list. */
export interface ListFlags {
  readonly limit?: number | undefined
  readonly fields?: string | undefined
  readonly brief?: boolean
  /** In tokens. */
  readonly budget?: number | undefined
}

export interface Truncated {
  readonly shown: number
  readonly total: number
  /** The command that shows everything, as its words. */
  readonly more: readonly string[]
}

export interface ListRequest<Row> {
  readonly rows: readonly Row[]
  /** How many there are, where `rows` has only the first of them. */
  readonly total?: number | undefined
  readonly flags: ListFlags
  /** The command's words, `kitty` first, with its flags. */
  readonly argv: readonly string[]
  /** The limit where `--limit` gives none. */
  readonly defaultLimit: number | undefined
  /** All that is printed for these rows, with what it says about the rest. */
  readonly printed: (rows: readonly Row[], truncated: Truncated | null) => string
}

export interface FittedList<Row> {
  readonly rows: readonly Row[]
  /** Null when nothing is left out. */
  readonly truncated: Truncated | null
}

/** No tokenizer is loaded for this: four characters per token is close for English and for JSON. */
const CHARACTERS_PER_TOKEN = 4

export function tokensOf(text: string): number {
  return Math.ceil(text.length / CHARACTERS_PER_TOKEN)
}

/** The number of rows that can be shown at most. Every row takes a character, if only the end of its line. */
export function mostRows({ limit, budget }: ListFlags, defaultLimit: number | undefined): number | undefined {
  const most = Math.min(limit ?? defaultLimit ?? Infinity, (budget ?? Infinity) * CHARACTERS_PER_TOKEN)
  return most === Infinity ? undefined : most
}

/** @throws KittyError UsageError when the budget has no room for one item */
export function fitList<Row>({
  rows,
  total = rows.length,
  flags,
  argv,
  defaultLimit,
  printed,
}: ListRequest<Row>): FittedList<Row> {
  const limited = rows.slice(0, flags.limit ?? defaultLimit)
  const fitting = (count: number): FittedList<Row> => ({
    rows: limited.slice(0, count),
    truncated: count === total ? null : { shown: count, total, more: withRoomFor(total, argv) },
  })
  const { budget } = flags
  if (budget === undefined) return fitting(limited.length)
  const cost = (count: number): number => {
    const { rows: shown, truncated } = fitting(count)
    return tokensOf(printed(shown, truncated))
  }
  const count = largest(limited.length, (size) => cost(size) <= budget)
  if (count === 0 && limited.length > 0) throw budgetTooSmall(budget, cost(1))
  return fitting(count)
}

/** The last line of a list that was cut. */
export function leftOutLine({ shown, total, more }: Truncated): string {
  return `${shown} of ${total} shown. All: ${shellWords(more)}`
}

/** The greatest number up to `most` that fits, or 0. What fits fits in smaller lists too. */
function largest(most: number, fits: (size: number) => boolean): number {
  let [low, high] = [0, most]
  while (low < high) {
    const middle = Math.ceil((low + high) / 2)
    if (fits(middle)) low = middle
    else high = middle - 1
  }
  return low
}

/**
 * The same command line with room for all of them. Everything after `--` is an argument.
 * @param argv the command's words, `kitty` first, with its flags
 */
export function withRoomFor(total: number, argv: readonly string[]): string[] {
  const end = argv.includes('--') ? argv.indexOf('--') : argv.length
  const kept = argv.slice(0, end).filter((word, at) => {
    const before = argv[at - 1]
    return !/^--(?:limit|budget)(?:=|$)/.test(word) && before !== '--limit' && before !== '--budget'
  })
  return [...kept, '--limit', String(total), ...argv.slice(end)]
}

function budgetTooSmall(budget: number, needed: number): KittyError {
  return new KittyError('UsageError', `A budget of ${counted(budget, 'token')} has no room for one item.`, {
    nextSteps: [...shownWords(['--budget', String(needed)]), 'or --fields, to show less of each'],
    context: { budget, needed },
  })
}

/**
 * The named fields of each row, in that order.
 * @throws KittyError UsageError for a field that no row has, naming those there are
 */
export function pickFields(rows: readonly object[], fields: string): Record<string, unknown>[] {
  const names = fields.split(',').map((name) => name.trim())
  const known = Object.keys(rows[0] ?? {})
  const unknown = names.filter((name) => rows.length > 0 && !known.includes(name))
  if (unknown.length > 0)
    throw new KittyError('UsageError', noField(unknown), {
      nextSteps: shownWords(['--fields', known.join(',')]),
      context: { unknown, fields: known },
    })
  return rows.map((row) => Object.fromEntries(names.map((name) => [name, Reflect.get(row, name) as unknown])))
}

/** A comma too many, or an empty variable of a script, names nothing. */
function noField(unknown: readonly string[]): string {
  const named = unknown.filter((name) => name !== '')
  return named.length === 0 ? '--fields has an empty name.' : `There is no field ${named.join(', ')}.`
}
