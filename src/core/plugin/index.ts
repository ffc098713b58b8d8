/** The plugin API: `import … from 'kittify/plugin'`. See docs/plugins.md. */
export { Args, Flags } from '@oclif/core'
export * from './define.js'
export { PluginCommand } from './plugin-command.js'
export { WithErrorStorage } from '../../aspects/with-error-storage.js'
export { WithEventStore } from '../../aspects/with-event-store.js'
export {
  EXIT,
  isKittyError,
  KittyError,
  type ErrorKind,
  type KittyErrorOptions,
} from '../errors/kitty-error.js'
export { featureFlag, provenanceFlags, reasonFlag, workPackageArg } from '../cli/flags.js'
export type { Style } from '../cli/style.js'
export { Notices } from '../errors/notices.js'
export { ErrorStorage } from '../errors/error-storage.js'
export { EventStore } from '../store/event-store.js'
export { Workflow } from '../workspace/config.js'
export { Workspace } from '../workspace/workspace.js'
export type { EventFilter } from '../index/event-index.js'
export type { Provenance } from '../store/event-store.js'
