/** The plugin API: `import … from 'kittify/plugin'`. See docs/plugins.md. */
import type { Command } from '@oclif/core'
import { KittyCommand } from '../cli/kitty-command.js'
import { assertHostFits } from './api-version.js'

export { Args, Flags } from '@oclif/core'
export * from './define.js'
export * from './services.js'
export {
  EXIT,
  isKittyError,
  KittyError,
  type ErrorKind,
  type KittyErrorOptions,
} from '../errors/kitty-error.js'
export { featureFlag, provenanceFlags, reasonFlag, workPackageArg } from '../cli/flags.js'
export type { Style } from '../cli/style.js'
export type { EventFilter } from '../index/event-index.js'

/** The base class of a plugin's commands: a kitty command that refuses to run if host and plugin do not fit. */
export abstract class PluginCommand<T extends typeof Command> extends KittyCommand<T> {
  protected override async init(): Promise<void> {
    assertHostFits(this.ctor.plugin?.name ?? 'this command comes from')
    await super.init()
  }

  protected override get origin(): string | undefined {
    return this.ctor.plugin?.name
  }
}
