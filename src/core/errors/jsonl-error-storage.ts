import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { inject, injectable } from 'inversify'
import type { ErrorRecord, ErrorRecordDraft } from './error-record.js'
import type { ErrorFilter, ErrorStorage } from './error-storage.js'
import { systemCode } from './kitty-error.js'
import { withoutSecretsIn } from './secrets.js'
import { shareNewFile } from '../git/new-file-mode.js'
import { shareNewFolder } from '../git/shared-folder.js'
import { Workspace } from '../workspace/workspace.js'
import { Session } from '../workspace/session.js'
import { Notices } from './notices.js'
import { openRegular } from '../platform/open-regular.js'

const DAY_FILE = /^\d{4}-\d{2}-\d{2}\.jsonl$/

const APPEND = constants.O_APPEND | constants.O_CREAT | constants.O_RDWR
const READ = constants.O_RDONLY
const LF = 0x0a
const UNREAD = 'Could not read the error records, so some may be missing'

/** Error records as JSON lines, one file per UTC day. */
@injectable()
export class JsonlErrorStorage implements ErrorStorage {
  #hasFailed = false

  constructor(
    @inject(Workspace) private readonly workspace: Workspace,
    @inject(Session) private readonly session: Session,
    @inject(Notices) private readonly notices: Notices,
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
      this.#append(`${record.timestamp.slice(0, 10)}.jsonl`, `${JSON.stringify(withoutSecretsIn(record))}\n`)
    } catch (error) {
      this.#warn('Could not save the error record (the command itself is unaffected)', error)
    }
  }

  #append(file: string, line: string): void {
    this.#refuseLink()
    this.#makeFolder()
    const path = join(this.workspace.errorsDir, file)
    const fd = openRegular(path, APPEND, 0o644)
    try {
      if (fstatSync(fd).size === 0) shareNewFile(fd, path)
      appendLine(fd, line)
    } finally {
      closeSync(fd)
    }
  }

  /** Not with the folders above it: without `.kittify`, nothing is recorded. */
  #makeFolder(): void {
    try {
      mkdirSync(this.workspace.errorsDir)
      shareNewFolder(this.workspace.errorsDir)
    } catch (error) {
      if (systemCode(error) !== 'EEXIST') throw error
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
      this.#refuseLink()
      return readdirSync(this.workspace.errorsDir)
        .filter((name) => DAY_FILE.test(name))
        .sort()
        .reverse()
    } catch (error) {
      // Without a folder, nothing has failed yet, or someone deleted the records, which is allowed.
      if (systemCode(error) !== 'ENOENT') this.#warn(UNREAD, error)
      return []
    }
  }

  #read(file: string): ErrorRecord[] {
    try {
      const fd = openRegular(join(this.workspace.errorsDir, file), READ)
      try {
        if (!fstatSync(fd).isFile()) return []
        return readFileSync(fd, 'utf8').split('\n').flatMap(parseRecord)
      } finally {
        closeSync(fd)
      }
    } catch (error) {
      if (systemCode(error) !== 'ENOENT') this.#warn(UNREAD, error)
      return []
    }
  }

  /** Otherwise, anyone who can commit a link chooses where on this machine records go, or what is shown as one. */
  #refuseLink(): void {
    if (lstatSync(this.workspace.errorsDir, { throwIfNoEntry: false })?.isSymbolicLink())
      throw new Error('it is a symbolic link; put a folder in its place')
  }

  #warn(what: string, error: unknown): void {
    if (this.#hasFailed) return
    this.#hasFailed = true
    const reason = error instanceof Error ? error.message : String(error)
    this.notices.warn(`${what}: ${this.workspace.errorsDir}: ${reason}`)
  }
}

/** A full disk may cut a line short: the next line must not be joined to it. */
function appendLine(fd: number, line: string): void {
  const stat = fstatSync(fd)
  if (!stat.isFile()) throw new Error('the day’s file is not a regular file')
  const last = Buffer.alloc(1, LF)
  if (stat.size > 0) readSync(fd, last, 0, 1, stat.size - 1)
  const bytes = Buffer.from(last[0] === LF ? line : `\n${line}`)
  if (writeSync(fd, bytes) < bytes.length) throw new Error('disk full')
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
    (text('entity_id') || Reflect.get(value, 'entity_id') === null) &&
    typeof context === 'object' &&
    context !== null &&
    !Array.isArray(context)
  )
}

function matches(record: ErrorRecord, filter: ErrorFilter): boolean {
  return (
    (filter.feature === undefined || record.context['feature_slug'] === filter.feature) &&
    (filter.entity === undefined || record.entity_id === filter.entity) &&
    (filter.type === undefined || record.error_type === filter.type) &&
    (filter.since === undefined || record.timestamp >= filter.since)
  )
}
