import type { Command } from '@oclif/core'
import { KittyCommand } from '../cli/kitty-command.js'
import { assertHostFits } from './api-version.js'

/** What a plugin's commands extend: a command of kitty's, refused where host and plugin do not fit. */
export abstract class PluginCommand<T extends typeof Command> extends KittyCommand<T> {
  protected override async init(): Promise<void> {
    assertHostFits(this.ctor.plugin?.name ?? 'this command comes from')
    await super.init()
  }
}
