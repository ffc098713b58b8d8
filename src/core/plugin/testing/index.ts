/**
 * Helpers for a plugin's own tests: `import … from 'kittify/testing'`. They work with any test runner. See
 * docs/plugins.md, "Tests".
 */
export { pluginContract, projectionContract, type PluginSamples } from './contracts.js'
export { eventLogContract, type LogUnderTest } from './event-log-contract.js'
export { eventStoreContract, type StoreUnderTest } from './event-store-contract.js'
export { given, type Decider, type Outcome } from './given.js'
export type { Promised } from './promised.js'
export { stamped, type StampOptions } from './stamped.js'
export { TemporaryWorkspace, type WorkPackageSpecs, type WorkspaceOptions } from './temporary-workspace.js'
export type { EventLog } from '../../log/event-log.js'
export type { EventStore } from '../../store/event-store.js'
