import { Flags } from '@oclif/core'
import { Snapshot } from '../aspects/snapshot.js'
import { WithErrorStorage } from '../aspects/with-error-storage.js'
import { WithEventStore } from '../aspects/with-event-store.js'
import { featureFlag, offlineFlag } from '../core/cli/flags.js'
import { KittyCommand } from '../core/cli/kitty-command.js'
import { archivedNote, boardLeftOut, emptyPast, renderBoard } from '../core/cli/render/board.js'
import { commitNotes } from '../core/cli/render/written.js'
import type { StatusDocument } from '../core/projections/board-document.js'
import { WatchBoard } from '../core/follow/watch-board.js'
import { CommitState } from '../core/services/commit/commit-state.js'
import { Status } from '../core/services/board/status.js'
import { PastBoard } from '../core/services/board/past-board.js'
import { type EventStore, Team } from '../core/store/event-store.js'
import { Workflow } from '../core/workspace/config.js'

export default class StatusCommand extends KittyCommand<typeof StatusCommand> {
  static override summary = 'Show the board'
  static override description =
    'Lanes as columns, progress, who works on what, what is blocked and by whom. Without --feature every feature is shown. Writes no tracked file. In a pipe a large board is one line per feature with the packages that wait for someone; --full shows all.\nWith --at it is the board as it was: at a clock value, at a UTC time or the end of a day, or as a git revision has it.'
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --feature 017',
    '<%= config.bin %> <%= command.id %> --at 2026-11-22',
    '<%= config.bin %> <%= command.id %> --at origin/main --json',
    '<%= config.bin %> <%= command.id %> --json --brief',
    '<%= config.bin %> <%= command.id %> --watch',
  ]
  static override flags = {
    feature: featureFlag,
    at: Flags.string({
      summary: 'The board as it was: a clock value, a time, or a git revision.',
      helpValue: 'WHEN',
    }),
    archived: Flags.boolean({ summary: 'Show archived features, too.', exclusive: ['at', 'watch'] }),
    full: Flags.boolean({ summary: 'Show every package, also of a large board in a pipe.' }),
    brief: Flags.boolean({
      summary: 'In JSON: counts, and only the packages in work, in review, rejected or blocked.',
    }),
    offline: offlineFlag,
    watch: Flags.boolean({
      summary: 'Stay, and draw the board again whenever it changes.',
      exclusive: ['at'],
    }),
  }

  declare readonly eventStore: EventStore

  @WithErrorStorage
  @WithEventStore
  @Snapshot
  async run(): Promise<unknown> {
    if (this.flags.offline) (await this.service(Team)).link?.goOffline()
    const scope = await this.scope(this.eventStore)
    const feature = await scope.chosenFeature(this.flags.feature)
    if (this.flags.watch) {
      const { renderLiveBoard } = await import('../core/cli/render/live-board.js')
      const watch = await this.service(WatchBoard)
      await this.live(
        (signal) => watch.boards(feature, signal),
        (live, style) => renderLiveBoard(live, style, this.flags.full),
      )
      return undefined
    }
    const status = await this.board(feature)
    await this.warnOfProblems(await this.eventStore.problems())
    const uncommitted = (await this.service(CommitState)).look()
    const { full, at } = this.flags
    const isEmpty = status.features.length === 0
    const archived = isEmpty && at === undefined ? await this.archivedFeatures() : 0
    this.show((style) =>
      [
        isEmpty && at !== undefined ? emptyPast(at) : renderBoard(status, style, full),
        ...archivedNote(archived),
        ...commitNotes(uncommitted),
        ...boardLeftOut(status, style, full),
      ].join('\n'),
    )
    if (!this.flags.brief || !this.jsonEnabled()) return this.document({ ...status, ...uncommitted })
    const { briefDocument } = await import('../core/services/board/brief-status.js')
    return this.document(briefDocument({ ...status, ...uncommitted }, await this.service(Workflow)))
  }

  private async archivedFeatures(): Promise<number> {
    return (await this.eventStore.features()).filter(({ archived }) => archived !== null).length
  }

  private async board(feature: string | undefined): Promise<StatusDocument> {
    const { at } = this.flags
    if (at === undefined) {
      const status = await this.service(Status)
      const { archived } = this.flags
      return this.jsonEnabled() ? status.board(feature, archived) : status.view(feature, archived)
    }
    return (await this.service(PastBoard)).board(at, feature)
  }
}
