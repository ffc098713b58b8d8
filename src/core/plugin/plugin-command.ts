import type { Command } from '@oclif/core'
import { KittyCommand } from '../cli/kitty-command.js'
import { assertHostFits } from './api-version.js'

/** The base class of a plugin's commands: a kitty command that refuses to run if host and plugin do not fit. */
export abstract class PluginCommand<T extends typeof Command> extends KittyCommand<T> {
  protected override async init(): Promise<void> {
    assertHostFits(this.ctor.plugin?.name ?? 'this command comes from')
    await super.init()
  }
}
