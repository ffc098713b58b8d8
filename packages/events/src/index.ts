export {
  CURRENT_VERSION,
  ENTITY_OF,
  EVENT_KEYS,
  entityKey,
  isEventType,
  isKittyEvent,
  type DependencyStatus,
  type EntityId,
  type EntityType,
  type Envelope,
  type EventId,
  type EventType,
  type FeatureSlug,
  type ForeignEvent,
  type GateReport,
  type KittyEvent,
  type LamportClock,
  type Located,
  type LogEvent,
  type NewEvent,
  type NewPluginEvent,
  type PayloadOf,
  type TagRemoval,
  type Timestamp,
} from './event.js'
export {
  eventIdTime,
  isName,
  isPlainSlug,
  parseEntityId,
  parseEventId,
  parseFeatureSlug,
  parseLamportClock,
  parseTimestamp,
} from './ids.js'
export * as schema from './schema.js'
export type { PayloadSchema, Report, Schema, Strictness } from './schema.js'
export { PAYLOAD_SCHEMAS } from './payload-schemas.js'
export { createRegistry, type EventTypeDefinition, type Registry, type Upcaster } from './registry.js'
export { parseEvent, type ParseProblem, type ParseProblemKind, type ParseResult } from './parse.js'
export { MAX_LINE_BYTES, MAX_PARENTS, checkNew } from './check-new.js'
export { encodeEvent, utf8Length } from './encode.js'
export { CLOCK_GAP, tick, trustedMaximum, witness } from './clock.js'
export { compareEvents, type Ordered } from './order.js'
export { causalOrder, distinctEvents, type EventClash } from './distinct.js'
export { Causality, entityHeads, isConcurrent } from './causality.js'
export type { ParentLink, Traced } from './stream.js'
export { CyclicDependencyError, topologicalSort } from './topological-sort.js'
export {
  changeTags,
  counter,
  findClashes,
  gSet,
  lastWriterWins,
  mergeLogs,
  observedRemoveSet,
  stateMachine,
  type LiveTag,
  type StateMachineResult,
  type StateMachineRule,
} from './merge.js'
export { MERGE_RULES, contestedWrite, type RegisterRule, type RegisterWrite } from './registers.js'
export {
  detectConflicts,
  type Conflict,
  type ConflictingWrite,
  type MergeOptions,
  type StatusRule,
} from './conflict.js'
export { canExtend, evolve, Evolution } from './evolution.js'
export { fold } from './work-package.js'
export {
  emptyWorkPackage,
  type GateState,
  type SubtaskState,
  type Usage,
  type WorkPackageState,
  type WorkspaceState,
} from './work-package-state.js'
export { foldFeature, type FeatureState } from './feature.js'
export {
  DEFAULT_WORKFLOW,
  REVIEWED_WORKFLOW,
  isInTable,
  laneShown,
  movesFrom,
  resolveLane,
  validTransitions,
  type Move,
  type WorkflowTable,
} from './workflow.js'
export {
  GUARDS,
  unfinished,
  type DependencyLane,
  type Guard,
  type MoveFacts,
  type RefusalKind,
} from './guards.js'
export { moveViolations, type Guards, type Phase, type Violation } from './violations.js'
export { decideMove, type MoveDecision, type Refusal } from './decide-move.js'
export { checkWorkflow, type WorkflowCheck, type WorkflowProblem } from './check-workflow.js'
export { reduceStatuses, type StatusAnomaly, type StatusReduction } from './reduce.js'
