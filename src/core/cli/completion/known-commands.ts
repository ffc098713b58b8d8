import { join } from 'node:path'
import { dataFolder } from '../../plugin/host/data-folder.js'
import { isKittyError } from '../../errors/kitty-error.js'
import { type InstalledPlugin, installedPlugins } from '../../plugin/host/installed-plugins.js'
import { requireFromHere, ROOT } from '../../root.js'
import { jsonObject } from '../../files/read-optional.js'

/** A command as described in a manifest, which oclif or a plugin's author wrote. */
export interface KnownCommand {
  readonly summary?: string
  readonly description?: string
  readonly hidden?: boolean
  readonly aliases?: readonly string[]
  readonly args?: Readonly<Record<string, KnownArgument>>
  readonly flags?: Readonly<Record<string, KnownFlag>>
}

interface KnownArgument {
  readonly options?: readonly string[]
  readonly multiple?: boolean
}

export interface KnownFlag extends KnownArgument {
  readonly type?: 'option' | 'boolean'
  readonly char?: string
  readonly summary?: string
  readonly description?: string
  readonly helpValue?: string
  readonly hidden?: boolean
  readonly allowNo?: boolean
}

export interface KnownCommands {
  /** Keyed by ID, such as `agent:tasks:list`; a command with aliases has several entries. */
  readonly commands: ReadonlyMap<string, KnownCommand>
  /** Descriptions of topics, keyed by ID. */
  readonly topics: ReadonlyMap<string, string>
}

/**
 * Reads every command from the manifests of the program, of its oclif plugins and of installed plugins. Loads only
 * JSON, so a broken or slow plugin cannot break or slow down completion.
 */
export function knownCommands(env: Readonly<Record<string, string | undefined>>): KnownCommands {
  const { oclif } = jsonObject(join(ROOT, 'package.json')) as Partial<ProgramFacts>
  const folders = requireFromHere.resolve.paths('@oclif/core') ?? []
  const manifests = [
    manifestIn(ROOT),
    ...(oclif?.plugins ?? []).map((name) => firstManifest(folders.map((folder) => join(folder, name)))),
    ...pluginsIn(dataFolder(env)).map(({ root }) => manifestIn(root)),
  ]
  const commands = new Map<string, KnownCommand>()
  for (const [id, command] of manifests.flatMap(commandsIn))
    // The first one wins: kitty refuses an installed plugin's command of the same name, so we must not offer it either.
    for (const name of [id, ...(command.aliases ?? [])]) if (!commands.has(name)) commands.set(name, command)
  const topics = Object.entries(oclif?.topics ?? {})
  return { commands, topics: new Map(topics.map(([id, { description = '' }]) => [id, description])) }
}

/** None where the list cannot be read or trusted, which commands report. */
function pluginsIn(folder: string): readonly InstalledPlugin[] {
  try {
    return installedPlugins(folder)
  } catch (error) {
    if (!isKittyError(error)) throw error
    return []
  }
}

/** Without what a broken manifest has instead of a command: it would take every other word with it. */
function commandsIn({ commands }: Manifest): [string, KnownCommand][] {
  return Object.entries(commands ?? {}).filter(([, command]) => isDescribed(command))
}

function isDescribed(command: unknown): boolean {
  if (typeof command !== 'object' || command === null) return false
  const { summary = '', description = '', aliases = [] } = command as Record<string, unknown>
  return typeof summary === 'string' && typeof description === 'string' && Array.isArray(aliases)
}

interface ProgramFacts {
  readonly oclif: {
    readonly plugins?: readonly string[]
    readonly topics?: Readonly<Record<string, { readonly description?: string }>>
  }
}

interface Manifest {
  readonly commands?: Readonly<Record<string, KnownCommand>>
}

function firstManifest(packages: readonly string[]): Manifest {
  return packages.map(manifestIn).find(({ commands }) => commands !== undefined) ?? {}
}

/** Empty when unreadable: completion does not know the commands of a plugin without a manifest. */
function manifestIn(folder: string): Manifest {
  // A cast to oclif's shape; if a plugin's manifest differs, completion silently gives up.
  return jsonObject(join(folder, 'oclif.manifest.json'))
}
