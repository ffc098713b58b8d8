import type { Config } from '@oclif/core'
import { getHelpFlagAdditions, normalizeArgv } from '@oclif/core/help'
import { plainExample, spoken } from './usage-error.js'

interface NamedCommand {
  readonly command: string
  readonly summary: string | null
}

/** The answer to `--help --json`: one command, or a topic and its contents. `command` is null for the whole program. */
export interface HelpDocument {
  readonly help: {
    readonly command: string | null
    readonly summary: string | null
    readonly description: string | null
    readonly examples: readonly string[]
    readonly flags: readonly string[]
    readonly commands: readonly NamedCommand[]
  }
  readonly warnings: readonly string[]
}

/**
 * The document to print when the user asks for help with `--json`; oclif's own help is text only.
 * @param argv Including `--json`.
 * @returns undefined when the command line runs a command, or names nothing that exists
 */
export function helpDocument(argv: readonly string[], config: Config): HelpDocument | undefined {
  const beforeRest = argv.includes('--') ? argv.slice(0, argv.indexOf('--')) : argv
  const words = beforeRest.filter((word) => word !== '--json')
  const helpFlags = getHelpFlagAdditions(config)
  const asksForHelp = words[0] === 'help' || words.some((word) => helpFlags.includes(word))
  const subject = words.filter((word, at) => !helpFlags.includes(word) && !(at === 0 && word === 'help'))
  const [id = ''] = subject.length === 0 ? [] : normalizeArgv(config, subject)
  if (id === '' || id.startsWith('-'))
    return subject.length === 0 || asksForHelp
      ? documentOf(null, descriptionOf(config), config, '')
      : undefined
  const command = config.findCommand(id)
  if (command !== undefined) return asksForHelp ? commandDocument(command, config) : undefined
  const topic = config.findTopic(id)
  return topic === undefined ? undefined : documentOf(id, topic.description, config, `${id}:`)
}

type LoadableCommand = NonNullable<ReturnType<Config['findCommand']>>

function commandDocument(command: LoadableCommand, config: Config): HelpDocument {
  const examples = (command.examples ?? []).flatMap((example) =>
    typeof example === 'string' ? [example] : [],
  )
  return {
    help: {
      command: spoken(command.id),
      summary: command.summary ?? null,
      description: command.description ?? null,
      examples: examples.map((example) => plainExample(example, config.bin, command.id)),
      flags: Object.values(command.flags).flatMap(({ name, hidden }) =>
        hidden === true ? [] : [`--${name}`],
      ),
      commands: [],
    },
    warnings: [],
  }
}

function documentOf(
  id: string | null,
  summary: string | undefined,
  config: Config,
  prefix: string,
): HelpDocument {
  const commands = config.commands
    .filter((command) => command.id.startsWith(prefix) && !command.hidden)
    .map((command) => ({ command: spoken(command.id), summary: command.summary ?? null }))
    .sort((a, b) => (a.command < b.command ? -1 : 1))
  const name = id === null ? null : spoken(id)
  return {
    help: { command: name, summary: summary ?? null, description: null, examples: [], flags: [], commands },
    warnings: [],
  }
}

function descriptionOf(config: Config): string | undefined {
  const description: unknown = Reflect.get(config.pjson, 'description')
  return typeof description === 'string' ? description : undefined
}
