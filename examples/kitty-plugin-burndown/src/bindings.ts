import { ContainerModule } from 'kittify/plugin/services'
import { FinishedPackages } from './finished-packages.js'

/** Loaded when something asks for a service of this plugin. */
export default new ContainerModule(({ bind }) => {
  bind(FinishedPackages).toSelf().inSingletonScope()
})
