/** What a plugin needs to write its definition. Nothing here loads the command line. */
export { schema } from '../events-lib.js'
export { API_VERSION } from './api-version.js'
export type { AfterEventsHook, HookContext } from './after-events-hook.js'
export { definePlugin, type PluginDefinition } from './definition.js'
export {
  defineEventType,
  type EventTypeOptions,
  type PluginEvent,
  type PluginEventType,
} from './event-type.js'
export type { MoveCheck, MoveObjection } from './move-check.js'
export type { Exporter, ImportPlace, Importer } from '../transfer/formats.js'
export type {
  ItemChange,
  SourceFile,
  TransferDocument,
  TransferFeature,
  TransferItem,
  WrittenFile,
} from '../transfer/document.js'
export {
  defineTableProjection,
  type EntityClass,
  type RowQuery,
  type TableProjection,
  type TableRows,
} from './table-projection.js'
export { defineProjection, project, type Projection } from './projection.js'
export { compareEvents, isKittyEvent, fold, evolve } from '../events-lib.js'
export type {
  KittyEvent,
  LogEvent,
  MoveFacts,
  NewEvent,
  NewPluginEvent,
  WorkPackageState,
} from '../events-lib.js'
