import { existsSync, readFileSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { KittyError } from '../../errors/kitty-error.js'
import { type AdmittedPlugin, tryAdmission } from './admission.js'
import { linkHost } from './host-link.js'
import { installSource } from './install-source.js'
import { type InstalledPlugin, installedPlugins } from './installed-plugins.js'
import { npm } from './npm.js'
import { dependenciesIn, listPlugin, type ListedPlugin, unlistPlugin } from './plugin-list.js'
import { shownCommand } from '../../errors/next-step.js'

/** Where plugins are installed, and the program that loads them. */
export interface Installer {
  /** oclif's data folder, as an absolute path. */
  readonly dataFolder: string
  /** Folder of the program's own package. */
  readonly root: string
  readonly verbose?: boolean
}

/**
 * Installs a plugin from a name, a path or an address, and tries it. Removes a plugin that the program refuses.
 * @param force fetch it again, whatever npm has cached
 * @throws KittyError as `npm`; ValidationError, or MissingDependency for another plugin API, naming the plugin
 */
export async function installPlugin(
  installer: Installer,
  text: string,
  cwd: string,
  force = false,
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
  return admittedOrGone(installer, name)
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

function originOf(name: string, source: string): ListedPlugin {
  if (source.includes(':')) return { name, type: 'user', url: source }
  const tag = source.startsWith(`${name}@`) ? source.slice(name.length + 1) : 'latest'
  return { name, type: 'user', tag }
}

/**
 * Lists a folder as a plugin. Installing its dependencies is up to its developer.
 * @throws KittyError UsageError if there is no package; as `installPlugin` if the program refuses it
 */
export async function linkPlugin(installer: Installer, folder: string): Promise<AdmittedPlugin> {
  const root = resolve(folder)
  const { name } = packageIn(root)
  dependenciesIn(installer.dataFolder)
  listPlugin(installer.dataFolder, { name, type: 'link', root })
  linkHost(installer.dataFolder)
  return admittedOrGone(installer, name)
}

function packageIn(root: string): { readonly name: string } {
  const path = join(root, 'package.json')
  try {
    // Cast: every package has a name, and one without is refused below.
    const { name } = JSON.parse(readFileSync(path, 'utf8')) as { name?: unknown }
    if (typeof name === 'string') return { name }
  } catch (error) {
    if (existsSync(path))
      throw new KittyError('UsageError', `${path} is not JSON.`, { nextSteps: ['repair it'], cause: error })
  }
  throw new KittyError('UsageError', `${root} is not a plugin: it has no package.json with a name.`, {
    nextSteps: ['give the folder of a plugin; docs/plugins.md begins with an empty one'],
    context: { folder: root },
  })
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
export async function uninstallPlugin(installer: Installer, { name, type }: InstalledPlugin): Promise<void> {
  if (type === 'user' && Object.hasOwn(dependenciesIn(installer.dataFolder), name))
    await npm(['uninstall', name], { folder: installer.dataFolder, subject: name })
  unlistPlugin(installer.dataFolder, name)
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

async function admittedOrGone(installer: Installer, name: string): Promise<AdmittedPlugin> {
  try {
    return await tryAdmission({ root: installer.root, name })
  } catch (error) {
    await uninstallPlugin(installer, installedPlugin(installer.dataFolder, name, installer.dataFolder))
    throw error
  }
}
