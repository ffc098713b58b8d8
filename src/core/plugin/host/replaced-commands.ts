import type { Config, Interfaces } from '@oclif/core'

/**
 * Returns the commands that a plugin would replace, as typed: the program's own or those of a plugin admitted before
 * it. A command below one that takes arguments, such as `agent tasks move-task WP01`, counts too, since it would take
 * over what users type for that one.
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
