import { existsSync, readFileSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { isKittyError, KittyError } from '../../errors/kitty-error.js'
import { type AdmittedPlugin, tryAdmission } from './admission.js'
import { EarlierPlugins } from './earlier-plugins.js'
import { linkHost } from './host-link.js'
import { installSource } from './install-source.js'
import { type InstalledPlugin, installedPlugins, isPluginName } from './installed-plugins.js'
import { npm } from './npm.js'
import { oneAtATime } from './one-at-a-time.js'
import { dependenciesIn, listPlugin, type ListedPlugin, unlistPlugin } from './plugin-list.js'
import { shownCommand } from '../../errors/next-step.js'
import { assertTrustedFolder } from './trusted-folder.js'

/** Where plugins are installed, and the program that loads them. */
export interface Installer {
  /** oclif's data folder, as an absolute path. */
  readonly dataFolder: string
  /** Folder of the program's own package. */
  readonly root: string
  readonly verbose?: boolean
}

/**
 * Installs a plugin from a name, a path or an address, and tries it. Of a plugin that the program refuses, the version that
 * was installed before stays, if there was one.
 * @param force fetch it again, whatever npm has cached
 * @throws KittyError as `npm`; ValidationError, or MissingDependency for another plugin API, naming the plugin; UnsafeSetup
 * for a data folder from which nothing would be loaded
 */
export async function installPlugin(
  installer: Installer,
  text: string,
  cwd: string,
  force = false,
): Promise<AdmittedPlugin> {
  const { dataFolder } = installer
  assertTrustedFolder(dataFolder)
  return oneAtATime(dataFolder, async () => {
    const earlier = new EarlierPlugins(dataFolder)
    try {
      return await installed(installer, earlier, text, cwd, force)
    } finally {
      earlier.discard()
    }
  })
}

async function installed(
  installer: Installer,
  earlier: EarlierPlugins,
  text: string,
  cwd: string,
  force: boolean,
): Promise<AdmittedPlugin> {
  const { dataFolder } = installer
  const before = dependenciesIn(dataFolder)
  const source = await installSource(text, cwd, dataFolder)
  await npm(['install', source, '--omit=dev', ...(force ? ['--force', '--prefer-online'] : [])], {
    folder: dataFolder,
    subject: text,
    ...(installer.verbose !== undefined && { verbose: installer.verbose }),
  })
  const name = cameIn(dependenciesIn(dataFolder), before, source)
  if (name === undefined)
    throw new KittyError('ValidationError', `npm installed ${text}, but not as a package with a name.`, {
      nextSteps: ['give the name, the tarball or the folder of one plugin'],
    })
  listPlugin(dataFolder, originOf(name, source))
  linkHost(dataFolder)
  return tried(installer, name, earlier)
}

/**
 * The name that npm recorded for the source: the name given, a new or changed entry, or an entry for that very source.
 */
function cameIn(
  now: Readonly<Record<string, string>>,
  before: Readonly<Record<string, string>>,
  source: string,
): string | undefined {
  const named = /^(@?[^@:]+)(?:@.*)?$/.exec(source)?.[1]
  if (named !== undefined && Object.hasOwn(now, named)) return named
  const changed = Object.keys(now).find((name) => now[name] !== before[name])
  // npm records a path relative to its folder, and an address with its protocol.
  return changed ?? Object.keys(now).find((name) => basename(now[name] ?? '') === basename(source))
}

/** What an update installs again. Exported for tests. */
export function originOf(name: string, source: string): ListedPlugin {
  if (source === name) return { name, type: 'user', tag: 'latest' }
  // What the registry has under this name is another package than what an address such as `someone/repository` has.
  const isTagged = source.startsWith(`${name}@`) && !source.includes(':')
  return isTagged
    ? { name, type: 'user', tag: source.slice(name.length + 1) }
    : { name, type: 'user', url: source }
}

/**
 * Lists a folder as a plugin. Installing its dependencies is up to its developer.
 * @throws KittyError UsageError if there is no package; as `installPlugin` if the program refuses it
 */
export async function linkPlugin(installer: Installer, folder: string): Promise<AdmittedPlugin> {
  const { dataFolder } = installer
  const root = resolve(folder)
  const { name } = packageIn(root)
  assertTrustedFolder(dataFolder)
  return oneAtATime(dataFolder, async () => {
    dependenciesIn(dataFolder)
    const earlier = new EarlierPlugins(dataFolder, [])
    try {
      listPlugin(dataFolder, { name, type: 'link', root })
      linkHost(dataFolder)
      return await tried(installer, name, earlier)
    } finally {
      earlier.discard()
    }
  })
}

function packageIn(root: string): { readonly name: string } {
  const path = join(root, 'package.json')
  try {
    // Cast: every package has a name, and one without is refused below.
    const { name } = JSON.parse(readFileSync(path, 'utf8')) as { name?: unknown }
    if (typeof name === 'string' && isPluginName(name)) return { name }
  } catch (error) {
    if (existsSync(path))
      throw new KittyError('UsageError', `${path} is not JSON.`, { nextSteps: ['repair it'], cause: error })
  }
  throw new KittyError(
    'UsageError',
    `${root} is not a plugin: it has no package.json with a name that npm takes.`,
    {
      nextSteps: ['give the folder of a plugin; docs/plugins.md begins with an empty one'],
      context: { folder: root },
    },
  )
}

/** Installs each plugin again as it was requested: the newest version of its tag, or what its address has now. */
export async function updatePlugins(
  installer: Installer,
  plugins: readonly InstalledPlugin[],
): Promise<AdmittedPlugin[]> {
  const updated: AdmittedPlugin[] = []
  for (const { name, type, tag, url } of plugins) {
    if (type === 'link') continue
    updated.push(
      await installPlugin(installer, url ?? `${name}@${tag ?? 'latest'}`, installer.dataFolder, true),
    )
  }
  return updated
}

/** Removes an installed plugin, or forgets a linked one and leaves its folder as it is. */
export async function uninstallPlugin(installer: Installer, plugin: InstalledPlugin): Promise<void> {
  await oneAtATime(installer.dataFolder, () => removed(installer, plugin))
}

async function removed({ dataFolder }: Installer, { name, type }: InstalledPlugin): Promise<void> {
  if (type === 'user' && Object.hasOwn(dependenciesIn(dataFolder), name))
    await npm(['uninstall', name], { folder: dataFolder, subject: name })
  unlistPlugin(dataFolder, name)
}

/**
 * The plugin installed under that name or linked from that folder.
 * @throws KittyError UsageError if there is none
 */
export function installedPlugin(dataFolder: string, text: string, cwd: string): InstalledPlugin {
  const all = installedPlugins(dataFolder)
  const found = all.find(
    ({ name, type, root }) => name === text || (type === 'link' && root === resolve(cwd, text)),
  )
  if (found !== undefined) return found
  throw new KittyError('UsageError', `No plugin ${text} is installed.`, {
    nextSteps: shownCommand(['kitty', 'plugins']),
    context: { plugin: text, installed: all.map(({ name }) => name) },
  })
}

/** @throws KittyError why the program refuses the plugin, which is then as it was before */
async function tried(installer: Installer, name: string, earlier: EarlierPlugins): Promise<AdmittedPlugin> {
  try {
    return await tryAdmission({ root: installer.root, name })
  } catch (error) {
    const wasThere = earlier.has(name)
    if (wasThere) earlier.putBack()
    else await removed(installer, installedPlugin(installer.dataFolder, name, installer.dataFolder))
    throw isKittyError(error) ? withOutcome(error, wasThere) : error
  }
}

function withOutcome(error: KittyError, wasThere: boolean): KittyError {
  const { kind, message, nextSteps, context } = error
  return new KittyError(kind, wasThere ? `${message} What was installed before stays.` : message, {
    // A plugin that was not kept cannot be removed.
    nextSteps: nextSteps.filter(({ argv }) => wasThere || argv?.[2] !== 'uninstall'),
    context,
    cause: error,
  })
}
