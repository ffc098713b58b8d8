import type { Command } from '@oclif/core'

export type BundledCommands = Readonly<Record<string, BundledCommand>>

interface BundledCommand {
  readonly takesArguments: boolean
  load(): Promise<{ readonly default: Command.Class }>
}

/**
 * The ID of the program's own command that a command line runs, as oclif would resolve it. Undefined when that is not
 * certain: help, topics, unknown commands, surplus words.
 * @param argv Without node and script.
 */
export function commandOf(argv: readonly string[], commands: BundledCommands): string | undefined {
  const end = argv.indexOf('--')
  if ((end < 0 ? argv : argv.slice(0, end)).some((word) => word === '--help' || word === '-h'))
    return undefined
  const flag = argv.findIndex((word) => word.startsWith('-'))
  const words = flag < 0 ? argv : argv.slice(0, flag)
  for (let length = words.length; length > 0; length--) {
    const id = words.slice(0, length).join(':')
    const command = Object.hasOwn(commands, id) ? commands[id] : undefined
    if (command === undefined) continue
    return length === words.length || command.takesArguments ? id : undefined
  }
  return undefined
}
