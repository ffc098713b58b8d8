import { Container, type ServiceIdentifier } from 'inversify'
import { Notices } from '../errors/notices.js'
import { asSentence } from '../errors/as-sentence.js'
import { guarded } from '../plugin/host/guarded.js'
import { isPluginService } from '../plugin/injectable.js'
import type { InstalledBindings } from '../plugin/host/extensions.js'

/**
 * The services of plugins. Each plugin has a container below the program's: its services find the program's, and nothing
 * it binds replaces one of them or another plugin's.
 */
export class PluginContainers {
  #containers: Promise<readonly Container[]> | undefined

  constructor(
    private readonly parent: Container,
    private readonly plugins: readonly InstalledBindings[],
  ) {}

  /** The container of the plugin that binds the service. Loads the plugins' bindings on first use. */
  async binding(id: ServiceIdentifier): Promise<Container | undefined> {
    if (this.plugins.length === 0 || isOwnClass(id)) return undefined
    this.#containers ??= Promise.all(this.plugins.map((plugin) => this.#open(plugin)))
    return (await this.#containers).find((container) => container.isCurrentBound(id))
  }

  async #open({ plugin, load }: InstalledBindings): Promise<Container> {
    const container = new Container({ parent: this.parent, autobind: true, defaultScope: 'Singleton' })
    try {
      const { default: bindings } = await guarded(load)
      await container.loadAsync(bindings)
      return container
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      this.parent
        .get<Notices>(Notices)
        .warn(
          `The services of the plugin ${plugin} were left out: ${asSentence(reason)} Repair it, or uninstall it.`,
        )
      return new Container()
    }
  }
}

/**
 * Says so without loading what plugins bind. Every service of the program has Inversify's metadata; a class that a plugin
 * binds by hand may have neither metadata nor mark.
 */
function isOwnClass(id: ServiceIdentifier): boolean {
  return typeof id === 'function' && Reflect.getOwnMetadataKeys(id).length > 0 && !isPluginService(id)
}
