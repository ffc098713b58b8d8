import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { pathInside } from '../../platform/paths.js'

/**
 * The command IDs that a plugin's files state, in its manifest and by the names of its modules, without running any of
 * its code. Aliases that only a module says are not among them.
 */
export function statedCommands(root: string): string[] {
  const manifest = json(join(root, 'oclif.manifest.json'))['commands']
  const stated = typeof manifest === 'object' && manifest !== null ? Object.entries(manifest) : []
  return [
    ...stated.flatMap(([id, command]) => [id, ...aliasesOf(command)]),
    ...idsBelow(commandsFolder(root)),
  ]
}

function aliasesOf(command: unknown): string[] {
  if (typeof command !== 'object' || command === null) return []
  const aliases: unknown[] = [Reflect.get(command, 'aliases'), Reflect.get(command, 'hiddenAliases')].flat()
  return aliases.filter((alias) => typeof alias === 'string')
}

/** Undefined if the plugin names none, or one that is not its own. */
function commandsFolder(root: string): string | undefined {
  const oclif = json(join(root, 'package.json'))['oclif']
  const commands: unknown =
    typeof oclif === 'object' && oclif !== null ? Reflect.get(oclif, 'commands') : undefined
  const target: unknown =
    typeof commands === 'object' && commands !== null ? Reflect.get(commands, 'target') : commands
  if (typeof target !== 'string') return undefined
  const folder = resolve(root, target)
  return pathInside(root, folder) === undefined ? undefined : folder
}

/** As oclif names them: `agent/tasks/list.js` is `agent:tasks:list`, and an `index` is its folder. */
function idsBelow(folder: string | undefined): string[] {
  if (folder === undefined) return []
  return files(folder).flatMap((name) => {
    const words = /^(.*)\.(?:[cm]?js|[cm]?ts|[jt]sx)$/.exec(name)?.[1]?.split(/[\\/]/)
    if (words === undefined) return []
    return [(words.at(-1) === 'index' ? words.slice(0, -1) : words).join(':')]
  })
}

function files(folder: string): string[] {
  try {
    return readdirSync(folder, { recursive: true, encoding: 'utf8' })
  } catch {
    // Loading the plugin reports what is wrong with it.
    return []
  }
}

function json(path: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(readFileSync(path, 'utf8'))
    // Cast: any key of an object may be looked at.
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
  } catch {
    return {}
  }
}
