import type { Command } from '@oclif/core'
import { type NextStep, shownCommand, shownWords } from '../errors/next-step.js'
import { flagMeant } from './flag-words.js'

/** The command that could not read its command line. */
export interface CalledCommand extends Pick<Command.Class, 'args'> {
  readonly id: string
  /** A command without flags of its own may declare none. */
  readonly flags?: Command.Class['flags'] | undefined
  /** A plugin's command may have none. */
  readonly examples?: Command.Class['examples'] | undefined
  /** The package that the command comes from, if it is not kitty's own. */
  readonly plugin?: string | undefined
}

/** What was wrong with a command line, and what to type instead. */
export interface UsageProblem {
  readonly message: string
  readonly steps: readonly NextStep[]
}

const INTEGER =
  /^Parsing --(\S+)\s+Expected an integer(?: (greater|less) than or equal to (-?\d+))? but received:(?: ([^]*))?$/
const OCLIF_HINT = 'See more help with --help'
/** oclif dims a part of its messages. */
const STYLES = /\u001B\[[\d;]*m/g

/**
 * Says in kitty's words what oclif's parser refused: which command, what it needs or does not know, and an example.
 * @param error as oclif throws it
 */
export function usageProblem(error: Error, command: CalledCommand | undefined): UsageProblem {
  const said = plainText(error.message)
  if (command === undefined)
    return {
      message: said,
      steps: [{ text: 'Run the command with --help to see what it takes.', argv: null }],
    }
  const called = `kitty ${spoken(command.id)}`
  const help = shownCommand([...called.split(' '), '--help'])
  const missing = whatIsMissing(error, said, command)
  if (missing.length > 0)
    return { message: `${called} needs ${listed(missing, 'and')}.`, steps: [...exampleOf(command), ...help] }
  return { message: messageOf(error, said, called, command), steps: [...help, ...asText(error, command)] }
}

/** Where the command takes arguments, what begins with a dash and is not spelled like `--flag` may be a text. */
function asText(error: Error, { args }: CalledCommand): NextStep[] {
  const isText = unknownFlags(error).some((flag) => !/^--[\w-]+$/.test(flag))
  if (!isText || Object.keys(args).length === 0) return []
  return [{ text: 'or put -- before an argument that begins with a dash', argv: null }]
}

/** Arguments and flags without which the command cannot run. */
function whatIsMissing(error: Error, said: string, command: CalledCommand): string[] {
  const flags = [...said.matchAll(/Missing required flag (\S+)/g)].map(([, name = '']) =>
    withValue(name, command),
  )
  return [...missingArguments(error).map((name) => name.toUpperCase().replace(' ', ' and ')), ...flags]
}

function messageOf(error: Error, said: string, called: string, command: CalledCommand): string {
  const unknown = unknownFlags(error)
  if (unknown.length > 0) return unknown.map((flag) => noFlag(flag, called, command)).join(' ')
  const extra = /^Unexpected arguments?: ([^]*)$/.exec(said)?.[1]
  if (extra !== undefined) return `${called} does not take this argument: ${extra}`
  const valueless = /^Flag --(\S+) expects a value$/.exec(said)?.[1]
  if (valueless !== undefined) return `${withValue(valueless, command)} needs its value.`
  const [, flag, more, limit, value] = INTEGER.exec(said) ?? []
  if (flag !== undefined) {
    const bound = limit === undefined ? '' : ` of at ${more === 'greater' ? 'least' : 'most'} ${limit}`
    return `--${flag} takes a whole number${bound}, not ${JSON.stringify(value ?? '')}.`
  }
  const [, given, not, options] = /^Expected (--\S+?|[^]*?)(?:=([^]*))? to be one of: (.*)$/.exec(said) ?? []
  if (given !== undefined && options !== undefined) return oneOf(given, not, options)
  const problems = /^The following errors? occurred:\s*([^]*)$/.exec(said)?.[1]
  return problems === undefined ? said : [...new Set(problems.split('\n').map(aboutFlags))].join(' ')
}

/** What one line says about flags that do not go together. oclif says it once for each of two that exclude each other. */
function aboutFlags(line: string): string {
  const text = line.trim().replace(/\.$/, '')
  const [, one, other] = /^(--[\w-]+)(?:=.*)? cannot also be provided when using (--[\w-]+)$/.exec(text) ?? []
  if (one !== undefined && other !== undefined)
    return `${listed([one, other].sort(), 'and')} cannot be given together.`
  const [, flag, needed] =
    /^All of the following must be provided when using (--[\w-]+): (.*)$/.exec(text) ?? []
  if (flag !== undefined && needed !== undefined) return `${flag} needs ${listed(needed.split(', '), 'and')}.`
  return `${text}.`
}

function oneOf(given: string, value: string | undefined, options: string): string {
  const choice = listed(options.split(', '), 'or')
  return value === undefined
    ? `${JSON.stringify(given)} is not one of ${choice}.`
    : `${given} takes ${choice}, not ${JSON.stringify(value)}.`
}

function noFlag(flag: string, called: string, { flags = {} }: CalledCommand): string {
  const meant = flagMeant(flag, Object.keys(flags))
  return `${called} has no flag ${flag}.${meant === undefined ? '' : ` Did you mean ${meant}?`}`
}

/** `--reason TEXT`, as the help spells it. */
function withValue(name: string, { flags = {} }: CalledCommand): string {
  const flag = flags[name]
  const value = flag?.type === 'option' ? (flag.helpValue ?? 'VALUE') : ''
  return `--${name} ${[value].flat().join(' ')}`.trim()
}

/** The first example that `--help` shows and that is the command alone: a setting before it would be quoted with it. */
function exampleOf({ id, examples }: CalledCommand): NextStep[] {
  const lines = (examples ?? []).flatMap((example) =>
    typeof example === 'string' ? [plainExample(example, 'kitty', id)] : [],
  )
  const words = lines.map(wordsOf).find(([program, ...more]) => program === 'kitty' && !more.some(isOperator))
  if (words === undefined) return []
  return shownWords(
    words.map((word) => word.replaceAll(/["']/g, '')),
    'for example',
  )
}

function wordsOf(line: string): readonly string[] {
  return line.match(/(?:"[^"]*"|'[^']*'|\S)+/g) ?? []
}

/** Begins a pipe, or another command. */
function isOperator(word: string): boolean {
  return /^[|&;]/.test(word)
}

function missingArguments(error: Error): string[] {
  const args: unknown = Reflect.get(error, 'args')
  if (!Array.isArray(args)) return []
  return args.flatMap((arg: unknown) =>
    typeof arg === 'object' && arg !== null && 'name' in arg && typeof arg.name === 'string'
      ? [arg.name]
      : [],
  )
}

function unknownFlags(error: Error): string[] {
  const flags: unknown = Reflect.get(error, 'flags')
  return Array.isArray(flags) ? flags.filter((flag): flag is string => typeof flag === 'string') : []
}

/** oclif appends its own hint after the first relevant line. */
function plainText(message: string): string {
  const whole = message.replaceAll(STYLES, '').trim()
  return whole.endsWith(OCLIF_HINT) ? whole.slice(0, -OCLIF_HINT.length).trim() : whole
}

/** As in `text, jsonl or csv`. */
function listed(names: readonly string[], last: 'and' | 'or'): string {
  return names.join(', ').replace(/, ([^,]*)$/, ` ${last} $1`)
}

/** A command's id as it is typed: `agent:tasks:list` is `agent tasks list`. */
export function spoken(id: string): string {
  return id.replaceAll(':', ' ')
}

/** An example as it is typed: oclif's templates stand for the program and for the command. */
export function plainExample(example: string, bin: string, id: string): string {
  return example.replaceAll('<%= config.bin %>', bin).replaceAll('<%= command.id %>', spoken(id))
}
