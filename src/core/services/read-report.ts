import { basename } from 'node:path'
import { inject, injectable } from 'inversify'
import type { MergeOptions, WorkflowTable } from '../events-lib.js'
import { type ReportRows, reportRows } from '../report/report-rows.js'
import { EventStore } from '../store/event-store.js'
import { Config, FoldRules, Workflow } from '../workspace/config.js'
import { Session } from '../workspace/session.js'
import { Workspace } from '../workspace/workspace.js'
import { firstCommits } from './first-commits.js'

/** Reads what the report has of this repository, by the settings of the moment. */
@injectable()
export class ReadReport {
  constructor(
    @inject(EventStore) private readonly store: EventStore,
    @inject(Workflow) private readonly workflow: WorkflowTable,
    @inject(FoldRules) private readonly rules: MergeOptions,
    @inject(Config) private readonly config: Config,
    @inject(Workspace) private readonly workspace: Workspace,
    @inject(Session) private readonly session: Session,
  ) {}

  /** @throws KittyError UsageError as `firstCommits`: without a hub, nothing else names the repository */
  async read(): Promise<ReportRows> {
    const { root } = this.workspace
    const repo = this.config.hub?.repo ?? firstCommits(root)[0]
    return this.store.snapshot(async () =>
      reportRows({
        repo,
        name: basename(root),
        events: await this.store.wholeLog(),
        features: await this.store.features(),
        rows: await this.store.boardRows(),
        table: this.workflow,
        rules: this.rules,
        now: this.session.now(),
      }),
    )
  }
}
