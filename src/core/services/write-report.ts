import { setTimeout as sleep } from 'node:timers/promises'
import { inject, injectable } from 'inversify'
import { isKittyError } from '../errors/kitty-error.js'
import { Notices } from '../errors/notices.js'
import { LogChanges } from '../follow/log-changes.js'
import { EventLog } from '../log/event-log.js'
import { type ReportAddress, reportAddress } from '../report/report-address.js'
import { ReportDatabase } from '../report/report-database.js'
import type { ReportRows } from '../report/report-rows.js'
import { EventStore } from '../store/event-store.js'
import { Workshop } from '../web/workshop.js'
import { Session } from '../workspace/session.js'
import { Workspace } from '../workspace/workspace.js'
import { ReadReport } from './read-report.js'

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
    @inject(ReadReport) private readonly report: ReadReport,
    @inject(EventStore) private readonly store: EventStore,
    @inject(EventLog) private readonly log: EventLog,
    @inject(Workspace) private readonly workspace: Workspace,
    @inject(Session) private readonly session: Session,
    @inject(Workshop) private readonly workshop: Workshop,
    @inject(Notices) private readonly notices: Notices,
  ) {}

  /**
   * @param to `HOST[:PORT]/DATABASE`; undefined: KITTY_REPORT
   * @throws KittyError UsageError without an address, or as `ReadReport`; HubUnreachable, HubDenied
   */
  async write(to: string | undefined): Promise<ReportResult> {
    const address = reportAddress(to, this.session.env)
    try {
      return await this.#written(address, await this.report.read())
    } finally {
      await this.store.close(true)
    }
  }

  /**
   * Writes the report, and again after every change of the log, until `signal` is aborted. After the first time, a server
   * that goes away is waited for, and a log or settings that cannot be read are read again soon.
   * @throws KittyError as `write`, at the first time
   */
  async *follow(
    to: string | undefined,
    signal: AbortSignal,
  ): AsyncGenerator<ReportResult | { readonly problem: string }> {
    const address = reportAddress(to, this.session.env)
    // The command's own index: while it is open, no process can replace it.
    await this.store.close()
    const changes = new LogChanges(this.log, this.workspace.eventsDir)
    try {
      let isFirst = true
      let problem: string | undefined
      do {
        const rows = await this.#current(isFirst)
        if ('problem' in rows) {
          changes.retry()
          // One that lasts is said once.
          if (rows.problem !== problem) yield rows
          problem = rows.problem
        } else {
          problem = undefined
          yield* this.#sent(address, rows, isFirst, signal)
        }
        isFirst = false
      } while (await changes.next(signal))
    } finally {
      changes.close()
      await this.store.close(true)
    }
  }

  /** Reads as a command of its own would: the settings may be others by now. */
  async #current(isFirst: boolean): Promise<ReportRows | { readonly problem: string }> {
    try {
      return await this.workshop.run(
        'report --follow',
        async (services) => (await services.resolve(ReadReport)).read(),
        this.notices,
      )
    } catch (error) {
      if (isFirst || !isKittyError(error)) throw error
      return { problem: `${error.message} The report stays as it was until it can be read.` }
    }
  }

  /** Tries again and again, unless it is the first time. */
  async *#sent(
    address: ReportAddress,
    rows: ReportRows,
    isFirst: boolean,
    signal: AbortSignal,
  ): AsyncGenerator<ReportResult | { readonly problem: string }> {
    for (let isAway = false; !signal.aborted; isAway = true)
      try {
        yield await this.#written(address, rows)
        return
      } catch (error) {
        if (isFirst || !isKittyError(error) || error.kind !== 'HubUnreachable') throw error
        if (!isAway) yield { problem: `${error.message} It is tried every ${RETRY_MS / 1_000} s.` }
        await sleep(RETRY_MS, undefined, { signal }).catch(() => undefined)
      }
  }

  async #written(address: ReportAddress, rows: ReportRows): Promise<ReportResult> {
    const { host, port, database } = address
    const base = await ReportDatabase.open(address, this.session.env)
    try {
      await base.replace(rows)
    } finally {
      await base.close()
    }
    return {
      repo: rows.repo.repo,
      server: `${host}:${port}`,
      database,
      events: rows.events.length,
      features: rows.features.length,
      work_packages: rows.packages.length,
      conflicts: rows.conflicts.length,
    }
  }
}
