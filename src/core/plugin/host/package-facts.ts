import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { KittyError } from '../../errors/kitty-error.js'
import { thisHost, unfit } from '../api-version.js'
import { pathInside } from '../../platform/paths.js'
import { shownCommand } from '../../errors/next-step.js'

/** What a plugin's package.json declares for kitty. */
export interface PackageFacts {
  readonly name: string
  /** The module with its definition. Undefined for a package that has only commands. */
  readonly definition?: string
}

/**
 * Reads the `kitty` key of a plugin's package.json: `{"api": 1, "plugin": "./dist/plugin.js"}`.
 * @throws KittyError MissingDependency if the plugin was made for another plugin API; ValidationError if the key is
 * malformed; Error if the file cannot be read, or is no package's
 */
export function packageFacts(root: string): PackageFacts {
  const found: unknown = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  // What may have said that there are rules must not count as a package without any.
  if (!isPackage(found)) throw new Error('its package.json names no package')
  const { name, kitty } = found
  if (kitty === undefined) return { name }
  if (typeof kitty !== 'object' || kitty === null) throw malformed(name, 'kitty must be an object')
  const { api, plugin } = kitty as Readonly<Record<string, unknown>>
  const host = thisHost()
  if (api !== host.api) throw unfit(name, api, host)
  if (plugin === undefined) return { name }
  if (typeof plugin !== 'string') throw malformed(name, 'kitty.plugin must be the path of a module')
  const definition = resolve(root, plugin)
  if (pathInside(root, definition) === undefined)
    throw malformed(name, 'kitty.plugin must lie in the package')
  return { name, definition }
}

function isPackage(value: unknown): value is { readonly name: string; readonly kitty?: unknown } {
  return typeof value === 'object' && value !== null && 'name' in value && typeof value.name === 'string'
}

function malformed(name: string, message: string): KittyError {
  return new KittyError('ValidationError', `package.json of the plugin ${name}: ${message}.`, {
    nextSteps: shownCommand(['kitty', 'plugins', 'uninstall', name]),
  })
}
