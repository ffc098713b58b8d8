import type { Config, Interfaces } from '@oclif/core'

/**
 * The commands of the program, or of a plugin admitted before, that a plugin would take the place of; as typed. A command
 * below one that takes arguments, as `agent tasks move-task WP01`, would take over what is typed to that one.
 */
export function replacedCommands(
  plugin: Pick<Interfaces.Plugin, 'commands'>,
  config: Pick<Config, 'commands'>,
): string[] {
  const taken = new Map<string, boolean>()
  for (const { id, aliases, args } of config.commands)
    for (const name of [id, ...aliases]) taken.set(colons(name), Object.keys(args).length > 0)
  const wanted = plugin.commands.flatMap(({ id, aliases, hiddenAliases }) => [
    id,
    ...aliases,
    ...hiddenAliases,
  ])
  const replaced = wanted.map(colons).filter((id) => taken.has(id) || isArgumentsOf(id, taken))
  return [...new Set(replaced)].map((id) => id.replaceAll(':', ' '))
}

function isArgumentsOf(id: string, takesArguments: ReadonlyMap<string, boolean>): boolean {
  const words = id.split(':')
  return words.some((_, count) => takesArguments.get(words.slice(0, count).join(':')) === true)
}

function colons(id: string): string {
  return id.replaceAll(' ', ':')
}
