import type { Config, Interfaces } from '@oclif/core'

/** The commands of the program, or of a plugin admitted before, that a plugin would take the place of; as typed. */
export function replacedCommands(
  plugin: Pick<Interfaces.Plugin, 'commands'>,
  config: Pick<Config, 'commands'>,
): string[] {
  const taken = new Set(config.commands.map(({ id }) => id))
  const wanted = plugin.commands.flatMap(({ id, aliases, hiddenAliases }) => [
    id,
    ...aliases,
    ...hiddenAliases,
  ])
  return [...new Set(wanted.map((id) => id.replaceAll(' ', ':')).filter((id) => taken.has(id)))].map((id) =>
    id.replaceAll(':', ' '),
  )
}
