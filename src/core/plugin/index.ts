/** The plugin API: `import … from 'kittify/plugin'`. docs/plugins.md. */
export { Args, Flags } from '@oclif/core'
import { TOKENS } from '../di/tokens.js'

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
export type { ErrorStorage, EventStore } from '../di/tokens.js'
export type { EventFilter } from '../index/event-index.js'
export type { Provenance } from '../store/event-store.js'

/** The services a plugin may ask for. */
export const tokens = {
  EventStore: TOKENS.EventStore,
  ErrorStorage: TOKENS.ErrorStorage,
  Workspace: TOKENS.Workspace,
  Workflow: TOKENS.Workflow,
  /** Feature, work package and provenance from flags, environment, branch and folder. */
  Scope: TOKENS.Scope,
  /** Warnings: on stderr, and in the JSON document. */
  Notices: TOKENS.Notices,
} as const
