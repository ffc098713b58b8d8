import { join } from 'node:path'
import type { Config, Interfaces } from '@oclif/core'
import { putPrivate } from '../../files/put-private.js'
import { readOptional } from '../../files/read-optional.js'
import { replacedCommands } from './replaced-commands.js'

/** Kitty's words that are younger than its plugins: one of these may take the name of a plugin's command. */
const YOUNG_WORDS: ReadonlySet<string> = new Set(
  (
    'next claim release move review done reject cancel reopen tick untick show list ready search new edit note log undo ' +
    'conflicts resolve renumber commit merge accept prime setup work board mcp hub'
  ).split(' '),
)

/** True for a command below a word that may have taken a plugin's name. */
export function isYoung(id: string): boolean {
  return YOUNG_WORDS.has(id.split(/[ :]/)[0] ?? '')
}

/**
 * Moves the plugin's commands whose names kitty has taken below `kitty x <plugin>`, so that a plugin outlives a new word.
 * @returns the commands that moved, as typed: before, and now
 */
export function moveUnderX(
  plugin: Pick<Interfaces.Plugin, 'name' | 'commands'>,
  config: Pick<Config, 'commands'>,
): [before: string, now: string][] {
  const moved: [string, string][] = []
  const prefix = `x:${plugin.name.replace(/^@[^/]+\//, '').replace(/^kitty-plugin-/, '')}`
  for (const [at, command] of plugin.commands.entries()) {
    const taken = replacedCommands({ commands: [command] }, config)
    if (taken.length === 0 || !taken.every(isYoung)) continue
    const id = `${prefix}:${command.id}`
    plugin.commands[at] = { ...command, id, aliases: [], hiddenAliases: [], permutations: [id] }
    moved.push([spoken(command.id), spoken(id)])
  }
  return moved
}

function spoken(id: string): string {
  return `kitty ${id.replaceAll(':', ' ')}`
}

/** True the first time that it is asked about this text. When that cannot be stored, the text is said again. */
export function isNews(dataFolder: string, text: string): boolean {
  const path = join(dataFolder, 'said')
  const said = (readOptional(path) ?? '').split('\n')
  if (said.includes(text)) return false
  putPrivate(path, Buffer.from([...said.filter((line) => line !== ''), text, ''].join('\n')))
  return true
}
