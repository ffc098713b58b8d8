import { inject, injectable } from 'inversify'
import type { MadeMove, PostFunction } from './move-rule.js'
import { EventStore } from '../store/event-store.js'
import { LaneFiles } from '../services/lane-files.js'

/** The `lane:` line of the moved package's file, and of every other in its feature that says what the log does not. */
@injectable()
export class LaneInFile implements PostFunction {
  readonly name = 'lane_in_file'
  readonly phase = 'after'
  // Let go of before this line, another writer's later move could be overwritten with this one's lane.
  readonly underLock = true

  constructor(
    @inject(EventStore) private readonly store: EventStore,
    @inject(LaneFiles) private readonly laneFiles: LaneFiles,
  ) {}

  async after({ feature, workPackage }: MadeMove): Promise<void> {
    this.laneFiles.settle(await this.store.boardRows(feature), new Set([workPackage]))
  }
}
