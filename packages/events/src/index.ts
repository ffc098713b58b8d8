import * as schema from './schema.js'

export {
  CURRENT_VERSION,
  DEFAULT_PRIORITY,
  ENTITIES_OF,
  EVENT_KEYS,
  entityKey,
  isEntityType,
  isEventType,
  isFromNewerKitty,
  isKittyEvent,
  isStub,
  stubOf,
  type EntityId,
  type EntityType,
  type Envelope,
  type EventId,
  type EventType,
  type FeatureSlug,
  type ForeignEvent,
  type KittyEvent,
  type LamportClock,
  type Located,
  type LogEvent,
  type NewEvent,
  type NewPluginEvent,
  type Timestamp,
} from './event.js'
export type {
  ActorInfo,
  DefinitionSource,
  DependencyStatus,
  ElementRemoval,
  ElementsChange,
  Evidence,
  GateReport,
  PayloadOf,
  Renumbered,
  Review,
  TagRemoval,
  ValueChange,
} from './payloads.js'
export {
  eventIdTime,
  isName,
  isPlainSlug,
  parseEntityId,
  parseEventId,
  parseFeatureSlug,
  parseLamportClock,
  parseTimestamp,
  readEventId,
  readTimestamp,
} from './ids.js'
export { isHandover, withoutRenumbered } from './renumbered.js'
export { schema }
export type { JsonSchema, PayloadSchema, Report, Schema, Strictness } from './schema.js'
export { eventJsonSchema } from './json-schema.js'
export { MAX_ATTACHED_BYTES, OLDER_SCHEMAS, PAYLOAD_SCHEMAS, STUB_SCHEMA } from './payload-schemas.js'
export { createRegistry, type EventTypeDefinition, type Registry, type Upcaster } from './registry.js'
export {
  parseEvent,
  type ParseProblem,
  type ParseProblemKind,
  type ParseResult,
  type ReadingHints,
} from './parse.js'
export { MAX_LINE_BYTES, MAX_PARENTS, checkNew } from './check-new.js'
export { joinHeads, type JoinedHeads } from './heads.js'
export { encodeEvent, utf8Length } from './encode.js'
export { CLOCK_GAP, tick, trustedMaximum, witness } from './clock.js'
export { compareEvents, compareNames, type Ordered, type Traced } from './order.js'
export { causalOrder, distinctEvents, lineThatCounts, type EventClash } from './distinct.js'
export { Causality, entityHeads, isConcurrent } from './causality.js'
export type { ParentLink } from './stream.js'
export { importedItem, importKey } from './twins.js'
export { actorKey, isSameActor, isSameHolder, type Holder } from './holder.js'
export { CyclicDependencyError, topologicalSort } from './topological-sort.js'
export {
  changeSet,
  changeTags,
  counter,
  findClashes,
  gSet,
  lastWriterWins,
  mergeLogs,
  observedRemoveSet,
  stateMachine,
  type LiveElement,
  type LiveTag,
  type ObservedSet,
  type StateMachineResult,
  type StateMachineRule,
  type TagSet,
} from './merge.js'
export {
  MERGE_RULES,
  contestedWrites,
  outcomeOf,
  type RegisterRule,
  type RegisterWrite,
} from './registers.js'
export {
  detectCollisions,
  detectConflicts,
  type CollidingFile,
  type Collision,
  type Conflict,
  type ConflictingWrite,
  type MergeOptions,
  type StatusRule,
} from './conflict.js'
export { BOARD_CELLS } from './apply-event.js'
export { canExtend, evolve, Evolution } from './evolution.js'
export { fold } from './work-package.js'
export {
  emptyWorkPackage,
  type GateState,
  type LinkState,
  type MergeMemory,
  type SignOfLife,
  type SubtaskState,
  type Usage,
  type WorkPackageState,
  type WorkspaceState,
} from './work-package-state.js'
export { foldFeature, type Archived, type FeatureState } from './feature.js'
export {
  DEFAULT_WORKFLOW,
  REVIEWED_WORKFLOW,
  isInTable,
  isReviewLane,
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
export { undoMove, type EarlierHolder, type UndoDecision } from './undo-move.js'
export { checkWorkflow, type WorkflowCheck, type WorkflowProblem } from './check-workflow.js'
export { reduceStatuses, type StatusAnomaly, type StatusReduction } from './reduce.js'
