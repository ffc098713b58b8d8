import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { dataFolder } from '../../plugin/host/data-folder.js'
import { installedPlugins } from '../../plugin/host/installed-plugins.js'
import { requireFromHere, ROOT } from '../../root.js'

/** A command as a manifest describes it; made by oclif, or by whoever made a plugin. */
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
}

export interface KnownFlag extends KnownArgument {
  readonly type?: 'option' | 'boolean'
  readonly char?: string
  readonly summary?: string
  readonly description?: string
  readonly helpValue?: string
  readonly hidden?: boolean
  readonly multiple?: boolean
  readonly allowNo?: boolean
}

export interface KnownCommands {
  /** By id, `agent:tasks:list`; a command is there under each of its names. */
  readonly commands: ReadonlyMap<string, KnownCommand>
  /** What a topic is about, by id. */
  readonly topics: ReadonlyMap<string, string>
}

/**
 * Every command there is, from the manifests of the program, of the oclif plugins it consists of and of what is
 * installed. Nothing is loaded but JSON: a plugin that is broken, or slow, is neither while somebody types.
 */
export function knownCommands(env: Readonly<Record<string, string | undefined>>): KnownCommands {
  const { oclif } = json(join(ROOT, 'package.json')) as Partial<ProgramFacts>
  const folders = requireFromHere.resolve.paths('@oclif/core') ?? []
  const manifests = [
    manifestIn(ROOT),
    ...(oclif?.plugins ?? []).map((name) => firstManifest(folders.map((folder) => join(folder, name)))),
    ...installedPlugins(dataFolder(env)).map(({ root }) => manifestIn(root)),
  ]
  const commands = new Map<string, KnownCommand>()
  for (const [id, command] of manifests.flatMap((manifest) => Object.entries(manifest.commands ?? {})))
    // The first one stays: what an installed plugin calls the same is refused, so it must not be shown either.
    for (const name of [id, ...(command.aliases ?? [])]) if (!commands.has(name)) commands.set(name, command)
  const topics = Object.entries(oclif?.topics ?? {})
  return { commands, topics: new Map(topics.map(([id, { description = '' }]) => [id, description])) }
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

/** None where it cannot be read: a plugin without one is completed no further than its name in the help. */
function manifestIn(folder: string): Manifest {
  // The shape is oclif's; where a plugin's is another one, completion ends without a word.
  return json(join(folder, 'oclif.manifest.json'))
}

function json(path: string): object {
  try {
    const value: unknown = JSON.parse(readFileSync(path, 'utf8'))
    return typeof value === 'object' && value !== null ? value : {}
  } catch {
    return {}
  }
}
