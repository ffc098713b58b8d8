import { KittyError } from '../errors/kitty-error.js'
import { installCommand, ownPackage } from '../own-package.js'
import { shownCommand } from '../errors/next-step.js'

/** Raised whenever a plugin that worked before would break. See docs/plugins.md, "Versions". */
export const API_VERSION = 1

/** The program that plugins run in, as every copy of this module sees it. */
export interface PluginHost {
  /** The version of the plugin API that the host implements. */
  readonly api: number
  /** The program's own version, for messages. */
  readonly version: string
}

const HOST = Symbol.for('kitty.plugin-host')

/** Records which host this process is. */
export function announceHost(): void {
  const host: PluginHost = { api: API_VERSION, version: ownPackage().version }
  Object.defineProperty(globalThis, HOST, { configurable: true, value: host })
}

/**
 * Called by a plugin's own copy of this module.
 * @throws KittyError MissingDependency if the host implements another plugin API than this copy
 */
export function assertHostFits(plugin: string): void {
  const host: unknown = Reflect.get(globalThis, HOST)
  if (isHost(host) && host.api === API_VERSION) return
  throw unfit(plugin, API_VERSION, isHost(host) ? host : { api: 0, version: 'of unknown version' })
}

/** The refusal of a plugin that was made for another API than the host's. Names both versions. */
export function unfit(plugin: string, api: unknown, host: PluginHost): KittyError {
  const made = typeof api === 'number' ? `for plugin API ${api}` : 'for no plugin API that it names'
  return new KittyError(
    'MissingDependency',
    `The plugin ${plugin} was made ${made}; this kitty (${host.version}) speaks plugin API ${host.api}.`,
    {
      nextSteps: [
        ...(typeof api === 'number' && api > host.api
          ? shownCommand(installCommand('latest'))
          : shownCommand(['kitty', 'plugins', 'update'], 'or ask for a release that fits')),
        ...shownCommand(['kitty', 'plugins', 'uninstall', plugin], 'to do without it'),
      ],
      context: {
        plugin,
        plugin_api: typeof api === 'number' ? api : null,
        host_api: host.api,
        host_version: host.version,
      },
    },
  )
}

export function thisHost(): PluginHost {
  return { api: API_VERSION, version: ownPackage().version }
}

function isHost(value: unknown): value is PluginHost {
  return typeof value === 'object' && value !== null && 'api' in value && 'version' in value
}
