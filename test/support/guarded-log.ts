import { mkdirSync } from 'node:fs'
import { createRegistry } from '../../src/core/events-lib.js'
import { NoticeList } from '../../src/core/errors/notices.js'
import { catchUp } from '../../src/core/index/ingest/catch-up.js'
import { MemoryEventIndex } from '../../src/core/index/memory-event-index.js'
import { FileArchive } from '../../src/core/log/archive/archive.js'
import { DAILY_FILES } from '../../src/core/log/format/day-file.js'
import { JsonlEventLog } from '../../src/core/log/jsonl-event-log.js'
import { Redactions } from '../../src/core/log/redactions.js'
import { FileJournal } from '../../src/core/log/repair/file-journal.js'
import { Acknowledged } from '../../src/core/store/acknowledged.js'
import { JournalCheck } from '../../src/core/store/journal-check.js'
import { findWorkspace } from '../../src/core/workspace/find-workspace.js'
import { note } from './events.js'
import { testSession } from './session.js'
import { tempFolder } from './temp-folder.js'
import { TempRepository } from './temp-repository.js'

/** A log in a git repository, what guards it against git, and an index of it in memory. */
export class GuardedLog {
  readonly repository = new TempRepository(tempFolder(), { commits: false })
  readonly workspace
  readonly notices = new NoticeList()
  readonly journal
  readonly redactions
  readonly log
  readonly acknowledged
  readonly index = new MemoryEventIndex()

  constructor() {
    this.workspace = findWorkspace(this.repository.root, {})
    const { workspace } = this
    mkdirSync(workspace.eventsDir, { recursive: true })
    this.journal = new FileJournal(workspace.journalFile)
    this.redactions = new Redactions(workspace.privateDir)
    const registry = createRegistry()
    const warn = (message: string): void => this.notices.warn(message)
    this.log = new JsonlEventLog(workspace, this.journal, () => DAILY_FILES, warn, registry, this.redactions)
    const session = testSession({ cwd: workspace.root, now: () => new Date('2026-11-24T12:00:00.000Z') })
    this.acknowledged = new Acknowledged(
      this.journal,
      new FileArchive(workspace.archiveDir),
      workspace,
      session,
    )
  }

  /** A check as a new process makes one. */
  check(): JournalCheck {
    const { log, journal, acknowledged, workspace, notices } = this
    return new JournalCheck(log, journal, acknowledged, workspace, notices, () => this.catchUp())
  }

  async catchUp(): Promise<void> {
    await catchUp(this.log, this.index)
  }

  /** Appends notes, each a command of its own, and brings the index up to date. */
  async add(...seeds: number[]): Promise<void> {
    for (const seed of seeds) this.log.append([note(seed)])
    await this.catchUp()
  }

  /** IDs of the events in the log, in the order of the files. */
  async ids(): Promise<string[]> {
    await this.catchUp()
    return (await this.index.locate({})).map(({ event_id: id }) => id)
  }

  /** A day file's path in the repository. */
  file(day = '2026-11-22'): string {
    return `.kittify/events/${day}.jsonl`
  }
}
