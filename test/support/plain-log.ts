import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { LogEvent } from '../../src/core/events-lib.js'
import { catchUp } from '../../src/core/index/ingest/catch-up.js'
import { MemoryEventIndex } from '../../src/core/index/memory-event-index.js'
import type { AppendedLine } from '../../src/core/log/event-log.js'
import { JsonlEventLog } from '../../src/core/log/jsonl-event-log.js'
import { FileJournal } from '../../src/core/log/repair/file-journal.js'
import { tempFolder } from './temp-folder.js'

/** A log in a folder without git, and an index of it in memory. */
export class PlainLog {
  readonly root = tempFolder()
  readonly eventsDir = join(this.root, 'events')
  readonly journal = new FileJournal(join(this.root, 'journal.jsonl'))
  readonly log = new JsonlEventLog(
    { eventsDir: this.eventsDir, errorsDir: join(this.root, 'errors') },
    this.journal,
  )
  readonly index = new MemoryEventIndex()

  constructor() {
    mkdirSync(this.eventsDir)
  }

  /** Appends events, and brings the index up to date. */
  async add(...events: LogEvent[]): Promise<AppendedLine[]> {
    const lines = this.log.append(events)
    await catchUp(this.log, this.index)
    return lines
  }

  path(file: string): string {
    return join(this.eventsDir, file)
  }
}
