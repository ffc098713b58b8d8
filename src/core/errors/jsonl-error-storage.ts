import { closeSync, constants, fstatSync, mkdirSync, openSync, readdirSync, readFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { inject, injectable } from 'inversify'
import { TOKENS } from '../di/tokens.js'
import type { Session } from '../workspace/session.js'
import type { Workspace } from '../workspace/workspace.js'
import type { ErrorRecord, ErrorRecordDraft } from './error-record.js'
import type { ErrorFilter, ErrorStorage } from './error-storage.js'
import type { Notices } from './notices.js'

const DAY_FILE = /^\d{4}-\d{2}-\d{2}\.jsonl$/

// A FIFO must not make the command wait, nor a symlink lead it out of the folder.
const APPEND = constants.O_APPEND | constants.O_CREAT | constants.O_WRONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK

/** Error records as JSON lines, one file a UTC day. */
@injectable()
export class JsonlErrorStorage implements ErrorStorage {
  constructor(
    @inject(TOKENS.Workspace) private readonly workspace: Workspace,
    @inject(TOKENS.Session) private readonly session: Session,
    @inject(TOKENS.Notices) private readonly notices: Notices,
  ) {}

  record(draft: ErrorRecordDraft): void {
    const now = this.session.now()
    const record: ErrorRecord = {
      error_id: this.session.nextId(now),
      error_type: draft.error_type,
      entity_id: draft.entity_id,
      attempted_operation: draft.attempted_operation,
      reason: draft.reason,
      timestamp: now.toISOString(),
      context: draft.context,
    }
    try {
      this.#append(`${record.timestamp.slice(0, 10)}.jsonl`, `${JSON.stringify(record)}\n`)
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      this.notices.warn(`The error could not be recorded in ${this.workspace.errorsDir}: ${reason}`)
    }
  }

  #append(file: string, line: string): void {
    mkdirSync(this.workspace.errorsDir, { recursive: true })
    const fd = openSync(join(this.workspace.errorsDir, file), APPEND, 0o644)
    try {
      if (!fstatSync(fd).isFile()) throw new Error(`${file} is not a regular file`)
      writeSync(fd, line)
    } finally {
      closeSync(fd)
    }
  }

  list(filter: ErrorFilter = {}): ErrorRecord[] {
    const found: ErrorRecord[] = []
    for (const file of this.#files()) {
      if (filter.since !== undefined && file.slice(0, 10) < filter.since.slice(0, 10)) break
      const records = this.#read(file).filter((record) => matches(record, filter))
      found.push(...records.reverse())
      if (filter.limit !== undefined && found.length >= filter.limit) return found.slice(0, filter.limit)
    }
    return found
  }

  #files(): string[] {
    try {
      return readdirSync(this.workspace.errorsDir)
        .filter((name) => DAY_FILE.test(name))
        .sort()
        .reverse()
    } catch {
      // No folder, or none that can be read: there is nothing to tell.
      return []
    }
  }

  #read(file: string): ErrorRecord[] {
    try {
      const fd = openSync(join(this.workspace.errorsDir, file), constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
      try {
        if (!fstatSync(fd).isFile()) return []
        return readFileSync(fd, 'utf8').split('\n').flatMap(parseRecord)
      } finally {
        closeSync(fd)
      }
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      this.notices.warn(`Error records in ${join(this.workspace.errorsDir, file)} could not be read: ${reason}`)
      return []
    }
  }
}

function parseRecord(line: string): ErrorRecord[] {
  try {
    const value: unknown = JSON.parse(line)
    return isRecord(value) ? [value] : []
  } catch {
    return []
  }
}

function isRecord(value: unknown): value is ErrorRecord {
  if (typeof value !== 'object' || value === null) return false
  const text = (key: string): boolean => typeof Reflect.get(value, key) === 'string'
  const context: unknown = Reflect.get(value, 'context')
  return (
    ['error_id', 'error_type', 'attempted_operation', 'reason', 'timestamp'].every(text) &&
    typeof context === 'object' &&
    context !== null
  )
}

function matches(record: ErrorRecord, filter: ErrorFilter): boolean {
  return (
    (filter.entity === undefined || record.entity_id === filter.entity) &&
    (filter.type === undefined || record.error_type === filter.type) &&
    (filter.since === undefined || record.timestamp >= filter.since)
  )
}
