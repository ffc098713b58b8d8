import type { KnownCommand, KnownCommands, KnownFlag } from './known-commands.js'

export interface Candidate {
  readonly value: string
  readonly description: string
}

/** What a word stands for, for values that come from the project. */
export type ValueKind = 'feature' | 'workPackage' | 'lane' | 'contested' | 'move' | 'file'

/**
 * Lists the values of a kind.
 * @param feature The value of `--feature`, if it was typed.
 */
export type Values = (kind: ValueKind, feature: string | undefined) => readonly string[]

/**
 * Keyed by a flag's placeholder or an argument's name, so that plugins' flags are completed too. See docs/plugins.md.
 */
const KIND_OF_FLAG: Readonly<Record<string, ValueKind>> = {
  SLUG: 'feature',
  WP: 'workPackage',
  LANE: 'lane',
  ID: 'contested',
  FILE: 'file',
}
const KIND_OF_ARGUMENT: Readonly<Record<string, ValueKind>> = {
  feature: 'feature',
  workPackage: 'workPackage',
  workPackages: 'workPackage',
  'packages lane': 'move',
  lane: 'lane',
  entity: 'contested',
  file: 'file',
  path: 'file',
}

/**
 * Completes the last of the words.
 * @param typed The words after `kitty` up to the cursor; the last may be empty. bash splits `--to=do` into three.
 */
export function candidatesFor(typed: readonly string[], known: KnownCommands, values: Values): Candidate[] {
  const { before, current, prefix } = wordsOf(typed)
  return place(before, current, known, values)
    .filter(({ value }) => value.toLowerCase().startsWith(current.toLowerCase()))
    .map(({ value, description }) => ({ value: prefix + value, description }))
}

interface Words {
  readonly before: readonly string[]
  readonly current: string
  /** The part of the word that precedes the value. */
  readonly prefix: string
}

function wordsOf(raw: readonly string[]): Words {
  const typed = raw.map(withoutQuotes)
  const current = typed.at(-1) ?? ''
  const before = typed.slice(0, -1)
  const glued = /^(--[\w-]+=)(.*)$/s.exec(current)
  if (glued)
    return {
      before: [...before, glued[1]?.slice(0, -1) ?? ''],
      current: glued[2] ?? '',
      prefix: glued[1] ?? '',
    }
  if (current === '=') return { before, current: '', prefix: '' }
  return { before: before.filter((word) => word !== '='), current, prefix: '' }
}

/** Shells pass words as they are typed; the quote at the cursor is still open. What they complete, they quote again. */
function withoutQuotes(word: string): string {
  const quote = word[0]
  if (quote !== '"' && quote !== "'") return word
  return word.slice(1, word.length > 1 && word.endsWith(quote) ? -1 : undefined)
}

function place(
  before: readonly string[],
  current: string,
  known: KnownCommands,
  values: Values,
): Candidate[] {
  const words = before[0] === 'help' ? before.slice(1) : before
  const path = pathOf(words, known)
  const next = words.length === path.length && !current.startsWith('-') ? nextWords(path, known) : []
  const command = known.commands.get(path.join(':'))
  if (command === undefined || words !== before) return next
  return [...next, ...within(command, words.slice(path.length), current, values)]
}

/** The leading words that name a command or a topic. */
function pathOf(words: readonly string[], { commands }: KnownCommands): readonly string[] {
  const ids = [...commands.keys()]
  let length = 0
  while (length < words.length) {
    const id = words.slice(0, length + 1).join(':')
    if (!ids.some((one) => one === id || one.startsWith(`${id}:`))) break
    length++
  }
  return words.slice(0, length)
}

function nextWords(path: readonly string[], { commands, topics }: KnownCommands): Candidate[] {
  const found = new Map<string, string>()
  const start = path.map((word) => `${word}:`).join('')
  for (const [id, command] of commands) {
    if (command.hidden === true || !id.startsWith(start)) continue
    const [word = '', ...more] = id.slice(start.length).split(':')
    const topic = topics.get(start + word)
    const summary = topic ?? (more.length === 0 ? firstLine(command.summary ?? command.description) : '')
    if (!found.get(word)) found.set(word, summary)
  }
  return [...found]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([value, description]) => ({ value, description }))
}

/** @param given The words between the command's name and the one at the cursor. */
function within(
  command: KnownCommand,
  given: readonly string[],
  current: string,
  values: Values,
): Candidate[] {
  const flags = new Map(Object.entries(command.flags ?? {}).flatMap(([name, flag]) => spellings(name, flag)))
  const used: KnownFlag[] = []
  let feature: string | undefined
  let positions = 0
  let open: KnownFlag | undefined
  let onlyArguments = false
  for (const word of given) {
    if (open !== undefined) {
      if (open.helpValue === 'SLUG') feature = word
      open = undefined
      continue
    }
    const [name = '', value] = word.split('=')
    const flag = onlyArguments ? undefined : flags.get(name)
    if (word === '--' && !onlyArguments) onlyArguments = true
    else if (flag === undefined) positions += word.startsWith('-') && !onlyArguments ? 0 : 1
    else {
      used.push(flag)
      if (flag.type === 'option' && value === undefined) open = flag
      if (flag.helpValue === 'SLUG') feature = value
    }
  }
  if (open !== undefined) return valuesOf(open.options, KIND_OF_FLAG[open.helpValue ?? ''], feature, values)
  if (current.startsWith('-') && !onlyArguments) return unusedFlags(command, used)
  const all = Object.entries(command.args ?? {})
  const last = all.at(-1)
  const [name, argument] = all[positions] ?? (last?.[1].multiple === true ? last : [])
  return valuesOf(argument?.options, KIND_OF_ARGUMENT[name ?? ''], feature, values)
}

function spellings(name: string, flag: KnownFlag): [string, KnownFlag][] {
  const all = [
    `--${name}`,
    ...(flag.char ? [`-${flag.char}`] : []),
    ...(flag.allowNo ? [`--no-${name}`] : []),
  ]
  return all.map((spelling) => [spelling, flag])
}

function unusedFlags({ flags = {} }: KnownCommand, used: readonly KnownFlag[]): Candidate[] {
  const rest = Object.entries(flags).filter(
    ([, flag]) => flag.hidden !== true && (flag.multiple === true || !used.includes(flag)),
  )
  return [
    ...rest.flatMap(([name, flag]) =>
      spellings(name, flag)
        .filter(([spelling]) => spelling.startsWith('--'))
        .map(([value]) => ({ value, description: firstLine(flag.summary ?? flag.description) })),
    ),
    { value: '--help', description: 'Show help.' },
  ]
}

function valuesOf(
  options: readonly string[] | undefined,
  kind: ValueKind | undefined,
  feature: string | undefined,
  values: Values,
): Candidate[] {
  const all = options ?? (kind === undefined ? [] : values(kind, feature))
  return all.map((value) => ({ value, description: '' }))
}

/** oclif's own commands write the program's name as a template, which its help fills in. */
function firstLine(text = ''): string {
  return (text.split('\n', 1)[0] ?? '').replaceAll('<%= config.bin %>', 'kitty')
}
