import type { Config } from '@oclif/core'
import { normalizeArgv } from '@oclif/core/help'
import { KittyError } from '../errors/kitty-error.js'
import { type NextStep, shownCommand, shownWords } from '../errors/next-step.js'
import { guessed } from './guesses.js'
import { nearWords } from './near-words.js'

/** With more edits than these, and than this share of what was typed, a suggestion would be a guess. */
const MOST_EDITS = 4
const MOST_OF_IT = 0.4
const MOST_COMPARED = 60
const MOST_NAMED = 4
const MOST_ASKED = 120
/** Words of a guess's command that the caller has to fill in. */
const BLANK = /^(?:WP|TEXT|TAG)$/

/**
 * The refusal of a command line that names no command; undefined when it names a command or a topic, or asks for help.
 * @param argv Without node and script.
 */
export function unknownCommand(argv: readonly string[], config: Config): KittyError | undefined {
  const [id] = normalizeArgv(config, [...argv])
  if (id === undefined) return undefined
  if (id.startsWith('-')) return argv.some(isHelp) ? undefined : refusal(argv.slice(0, 1), config)
  if (config.findCommand(id) !== undefined || config.findTopic(id) !== undefined) return undefined
  const meant = guessed(argv).filter((command) => isCommand(command, config))
  return meant.length > 0 ? otherWord(argv, meant) : refusal(id.split(':'), config)
}

/** True where the words are spelled like a command, and name none in another way. */
export function isMistyped(words: readonly string[], config: Config): boolean {
  if (guessed(words).length > 0) return false
  const [named, alike] = [nearest(words, config), spelledAlike(words, commandsOf(config))]
  return alike.length > 0 && named[0] === alike[0]
}

function refusal(words: readonly string[], config: Config): KittyError {
  const asked = words.join(' ').slice(0, MOST_ASKED)
  const parent = longestKnown(words, config)
  if (parent !== undefined && config.findCommand(parent.join(':')) !== undefined) {
    const extra = words.slice(parent.length).join(' ')
    return new KittyError(
      'UsageError',
      `kitty ${parent.join(' ')} takes no argument: ${JSON.stringify(extra)}.`,
      {
        nextSteps: shownCommand(['kitty', ...parent, '--help']),
        context: { command: parent.join(' '), argument: extra },
      },
    )
  }
  const near = nearest(words, config)
  return new KittyError('UsageError', `There is no command ${JSON.stringify(asked)}.`, {
    nextSteps: [
      ...near.flatMap((command) => ready(command.split(' '), config)),
      ...shownCommand(['kitty', ...(parent ?? []), '--help']),
    ],
    context: { command: asked, similar: near },
  })
}

/** There is nothing to run yet where the command needs an argument or a flag. */
function ready(words: readonly string[], config: Config): NextStep[] {
  const { args = {}, flags = {} } = config.findCommand(words.join(':')) ?? {}
  const needs = [...Object.values(args), ...Object.values(flags)].some(({ required }) => required === true)
  return needs ? shownWords(['kitty', ...words]) : shownCommand(['kitty', ...words])
}

/** Names the commands that the words mean, ready to type. */
function otherWord(words: readonly string[], meant: readonly (readonly string[])[]): KittyError {
  const flag = words.findIndex((word) => word.startsWith('-'))
  const asked = (flag < 0 ? words : words.slice(0, flag)).join(' ').slice(0, MOST_ASKED)
  const steps = meant.flatMap((command) =>
    command.some((word) => BLANK.test(word))
      ? shownWords(['kitty', ...command])
      : shownCommand(['kitty', ...command]),
  )
  return new KittyError(
    'UsageError',
    `There is no command ${JSON.stringify(asked)}; kitty has another word for it.`,
    {
      nextSteps: steps,
      context: { command: asked, similar: meant.map((command) => command.join(' ')) },
    },
  )
}

function isCommand(words: readonly string[], config: Config): boolean {
  return words.some((_, at) => config.findCommand(words.slice(0, at + 1).join(':')) !== undefined)
}

function longestKnown(words: readonly string[], config: Config): readonly string[] | undefined {
  for (let length = words.length - 1; length > 0; length--) {
    const id = words.slice(0, length).join(':')
    if (config.findCommand(id) !== undefined || config.findTopic(id) !== undefined)
      return words.slice(0, length)
  }
  return undefined
}

function nearest(words: readonly string[], config: Config): string[] {
  const known = commandsOf(config)
  const below = belowTopic(words, longestKnown(words, config) ?? [], known)
  if (below.length > 0) return below
  const named = withWords(words, known)
  return named.length > 0 ? named : spelledAlike(words, known)
}

function commandsOf(config: Config): string[] {
  return config.commands
    .filter((command) => !command.hidden)
    .map((command) => command.id.replaceAll(':', ' '))
}

/** `agent taks` means a command of `agent tasks`. */
function belowTopic(words: readonly string[], topic: readonly string[], known: readonly string[]): string[] {
  const at = topic.length
  if (at === 0) return []
  const below = known.filter((command) => command.startsWith(`${topic.join(' ')} `))
  const nextWords = new Set(below.map((command) => command.split(' ')[at] ?? ''))
  const [next] = near(words[at] ?? '', [...nextWords])
  return below.filter((command) => command.split(' ')[at] === next).slice(0, MOST_NAMED)
}

function spelledAlike(words: readonly string[], known: readonly string[]): string[] {
  return near(words.join(' '), known).slice(0, 2)
}

function near(word: string, known: readonly string[]): string[] {
  const asked = word.slice(0, MOST_COMPARED)
  return nearWords(asked, known, Math.min(MOST_EDITS, Math.ceil(asked.length * MOST_OF_IT)))
}

/** A user who omits the topic still means the command: `gates add` and `gate` are of `agent gates add`. */
function withWords(words: readonly string[], known: readonly string[]): string[] {
  for (let length = words.length; length > 0; length--) {
    const phrase = words.slice(0, length).join(' ')
    const named = known.filter((command) =>
      [` ${phrase} `, ` ${phrase}s `].some((part) => ` ${command} `.includes(part)),
    )
    if (named.length > 0) return named.slice(0, MOST_NAMED)
  }
  return []
}

function isHelp(word: string): boolean {
  return word === '--help' || word === '-h'
}
