/** The plugin API: `import … from 'kittify/plugin'`. See docs/plugins.md. */
export { Args, Flags } from '@oclif/core'
export * from './define.js'
export { PluginCommand } from './plugin-command.js'
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
