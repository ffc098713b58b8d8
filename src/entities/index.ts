import { BoardRowEntity } from './board-row-entity.js'
import { EventEntity } from './event-entity.js'
import { ExplainedConflictEntity } from './explained-conflict-entity.js'
import { FactEntity } from './fact-entity.js'
import { FeatureEntity } from './feature-entity.js'
import { LogFileEntity } from './log-file-entity.js'
import { LogProblemEntity } from './log-problem-entity.js'
import { WorkPackageEntity } from './work-package-entity.js'

export const ENTITIES = [
  EventEntity,
  LogFileEntity,
  WorkPackageEntity,
  BoardRowEntity,
  FeatureEntity,
  LogProblemEntity,
  ExplainedConflictEntity,
  FactEntity,
]
