import { basename } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { inject, injectable } from 'inversify'
import { isKittyError, KittyError } from '../errors/kitty-error.js'
import type { MergeOptions, WorkflowTable } from '../events-lib.js'
import { FollowEvents } from '../follow/follow-events.js'
import { type ReportAddress, reportAddress } from '../report/report-address.js'
import { ReportDatabase } from '../report/report-database.js'
import { reportRows } from '../report/report-rows.js'
import { EventStore } from '../store/event-store.js'
import { Config, FoldRules, Workflow } from '../workspace/config.js'
import { Session } from '../workspace/session.js'
import { Workspace } from '../workspace/workspace.js'
import { rootCommits } from '../git/head.js'

/** Before another attempt to write, in milliseconds. */
const RETRY_MS = 2_000

export interface ReportResult {
  /** How the report names this repository: its ULID on the hub, or its first commit. */
  readonly repo: string
  readonly server: string
  readonly database: string
  readonly events: number
  readonly features: number
  readonly work_packages: number
  readonly conflicts: number
}

/** Writes the board and its history into a database that several repositories share. */
@injectable()
export class WriteReport {
  constructor(
    @inject(EventStore) private readonly store: EventStore,
    @inject(Workflow) private readonly workflow: WorkflowTable,
    @inject(FoldRules) private readonly rules: MergeOptions,
    @inject(Config) private readonly config: Config,
    @inject(Workspace) private readonly workspace: Workspace,
    @inject(Session) private readonly session: Session,
    @inject(FollowEvents) private readonly events: FollowEvents,
  ) {}

  /**
   * @param to `HOST[:PORT]/DATABASE`; undefined: KITTY_REPORT
   * @throws KittyError UsageError without an address, or before the first commit; HubUnreachable, HubDenied
   */
  async write(to: string | undefined): Promise<ReportResult> {
    const address = reportAddress(to, this.session.env)
    const base = await ReportDatabase.open(address, this.session.env)
    try {
      return await this.#replace(base, address)
    } finally {
      await base.close()
      await this.store.close(true)
    }
  }

  /**
   * Writes the report, and again after every change, until `signal` is aborted. A server that goes away after the first
   * time is waited for.
   * @throws KittyError as `write`, at the first time
   */
  async *follow(
    to: string | undefined,
    signal: AbortSignal,
  ): AsyncGenerator<ReportResult | { readonly problem: string }> {
    const address = reportAddress(to, this.session.env)
    let base: ReportDatabase | undefined = await ReportDatabase.open(address, this.session.env)
    const turns = this.events.turns(signal)
    try {
      for (let isFirst = true, isAway = false; isAway || (await turns.next()).done !== true;)
        try {
          base ??= await ReportDatabase.open(address, this.session.env)
          yield await this.#replace(base, address)
          isFirst = isAway = false
        } catch (error) {
          if (isFirst || !isKittyError(error) || error.kind !== 'HubUnreachable') throw error
          if (!isAway) yield { problem: `${error.message} It is tried every ${RETRY_MS / 1_000} s.` }
          isAway = true
          await base?.close()
          base = undefined
          await sleep(RETRY_MS, undefined, { signal }).catch(() => undefined)
          if (signal.aborted) return
        }
    } finally {
      await turns.return(undefined)
      await base?.close()
      await this.store.close(true)
    }
  }

  async #replace(base: ReportDatabase, { host, port, database }: ReportAddress): Promise<ReportResult> {
    const { root } = this.workspace
    const repo = this.config.hub?.repo ?? rootCommits(root)[0]
    if (repo === undefined) throw noName()
    const rows = await this.store.snapshot(async () =>
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
    await base.replace(repo, rows)
    return {
      repo,
      server: `${host}:${port}`,
      database,
      events: rows.events.length,
      features: rows.features.length,
      work_packages: rows.packages.length,
      conflicts: rows.conflicts.length,
    }
  }
}

function noName(): KittyError {
  return new KittyError('UsageError', 'A repository is named by its first commit, and this one has none.', {
    nextSteps: ['Commit something first.'],
  })
}
