import { inject, injectable } from 'inversify'
import { TOKENS } from '../di/tokens.js'
import type { LaneFiles } from '../services/lane-files.js'
import type { EventStore } from '../store/event-store.js'
import type { MadeMove, PostFunction } from './move-rule.js'

/** The `lane:` line of the moved package's file, and of every other in its feature that says what the log does not. */
@injectable()
export class LaneInFile implements PostFunction {
  readonly name = 'lane_in_file'
  readonly phase = 'after'
  // Let go of before this line, another writer's later move could be overwritten with this one's lane.
  readonly underLock = true

  constructor(
    @inject(TOKENS.EventStore) private readonly store: EventStore,
    @inject(TOKENS.LaneFiles) private readonly laneFiles: LaneFiles,
  ) {}

  async after({ feature, workPackage }: MadeMove): Promise<void> {
    this.laneFiles.settle(await this.store.boardRows(feature), new Set([workPackage]))
  }
}
