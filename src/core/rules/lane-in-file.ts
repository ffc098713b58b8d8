import { inject, injectable } from 'inversify'
import type { MadeMove, PostFunction } from './move-rule.js'
import { groupBy } from '../log/group-by.js'
import { EventStore } from '../store/event-store.js'
import { knownWorkPackage } from '../services/known-work-package.js'
import { LaneFiles } from '../services/moves/lane-files.js'

/**
 * Updates the `lane:` line in the moved package's file, and in every other file of its feature that differs from the
 * log.
 */
@injectable()
export class LaneInFile implements PostFunction {
  readonly name = 'lane_in_file'
  readonly phase = 'after'
  // If we released the lock before writing this line, it could overwrite the lane from another writer's later move.
  readonly underLock = true

  constructor(
    @inject(EventStore) private readonly store: EventStore,
    @inject(LaneFiles) private readonly laneFiles: LaneFiles,
  ) {}

  after(move: MadeMove): Promise<void> {
    return this.afterAll([move])
  }

  async afterAll(moves: readonly MadeMove[]): Promise<void> {
    for (const [feature, own] of groupBy(moves, (move) => move.feature)) {
      const moved = new Set(own.map(({ workPackage }) => workPackage))
      const packages = this.laneFiles.settlesAll(feature)
        ? await this.store.boardRows(feature)
        : await Promise.all([...moved].map((id) => knownWorkPackage(this.store, feature, id)))
      this.laneFiles.settle(packages, moved)
    }
  }
}
