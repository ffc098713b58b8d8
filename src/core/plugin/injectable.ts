import { injectable as inversifys } from 'inversify'

const OF_PLUGIN = Symbol.for('kitty.plugin-service.v1')

/** Inversify's, for the services of a plugin: kitty looks for such a class among what plugins bind. */
export function injectable(...scope: Parameters<typeof inversifys>): ClassDecorator {
  const decorate = inversifys(...scope)
  return (service) => {
    Object.defineProperty(service, OF_PLUGIN, { value: true })
    decorate(service)
  }
}

/** True for a class that any copy of this decorator marks. */
export function isPluginService(service: object): boolean {
  return Reflect.has(service, OF_PLUGIN)
}
