import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isKittyError, KittyError, systemCode } from '../../errors/kitty-error.js'
import { ownPackage } from '../../own-package.js'
import { ownName } from '../../platform/own-name.js'
import { renameOver } from '../../platform/rename-over.js'
import { sentence } from '../../errors/next-step.js'
import { onceFree } from '../../platform/once-free.js'

/** A plugin as the data folder's package.json lists it, in oclif's format. */
export type ListedPlugin =
  | { readonly name: string; readonly type: 'user'; readonly tag: string }
  | { readonly name: string; readonly type: 'user'; readonly url: string }
  | { readonly name: string; readonly type: 'link'; readonly root: string }

interface DataPackage {
  readonly dependencies?: Readonly<Record<string, string>>
  readonly oclif?: { readonly schema?: number; readonly plugins?: readonly { readonly name: string }[] }
}

/**
 * What npm has installed in the data folder, by name, with where each came from. Creates the folder and its
 * package.json if needed.
 */
export function dependenciesIn(dataFolder: string): Readonly<Record<string, string>> {
  mkdirSync(dataFolder, { recursive: true })
  const found = read(dataFolder)
  if (found === undefined) save(dataFolder, {})
  return found?.dependencies ?? {}
}

/** Adds the plugin to the list, replacing one of the same name. */
export function listPlugin(dataFolder: string, plugin: ListedPlugin): void {
  change(dataFolder, plugin.name, [plugin])
}

/** Removes the plugin of that name from the list. */
export function unlistPlugin(dataFolder: string, name: string): void {
  change(dataFolder, name, [])
}

/** The entries of the list, whatever they are; none before anything was installed. @throws KittyError BadConfig */
export function listedPlugins(dataFolder: string): readonly unknown[] {
  return read(dataFolder)?.oclif?.plugins ?? []
}

function change(dataFolder: string, name: string, instead: readonly ListedPlugin[]): void {
  const found = read(dataFolder) ?? {}
  const others = (found.oclif?.plugins ?? []).filter((plugin) => plugin.name !== name)
  save(dataFolder, { ...found, oclif: { schema: 1, ...found.oclif, plugins: [...others, ...instead] } })
}

function read(dataFolder: string): DataPackage | undefined {
  const path = join(dataFolder, 'package.json')
  try {
    const found: unknown = JSON.parse(onceFree(() => readFileSync(path, 'utf8')))
    if (isDataPackage(found)) return found
    throw unreadable(path)
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined
    throw isKittyError(error) ? error : unreadable(path, error)
  }
}

function isDataPackage(value: unknown): value is DataPackage {
  if (!isObject(value)) return false
  const { oclif = {} } = value
  if (!isObject(oclif)) return false
  const { plugins = [] } = oclif
  return Array.isArray(plugins)
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}

function unreadable(path: string, cause?: unknown): KittyError {
  return new KittyError('BadConfig', `The list of plugins, ${path}, cannot be read.`, {
    nextSteps: [
      sentence`make ${path} readable and repair its JSON, or remove the file and install the plugins again`,
    ],
    context: { path },
    cause,
  })
}

function save(dataFolder: string, content: DataPackage): void {
  const path = join(dataFolder, 'package.json')
  const temporary = `${path}.${ownName()}.tmp`
  const whole = {
    name: ownPackage().name,
    private: true,
    dependencies: {},
    oclif: { schema: 1, plugins: [] },
    ...content,
  }
  writeFileSync(temporary, `${JSON.stringify(whole, null, 2)}\n`)
  renameOver(temporary, path)
}
