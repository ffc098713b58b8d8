import { join } from 'node:path'
import { inject, injectable } from 'inversify'
import { isKittyError } from '../../errors/kitty-error.js'
import { putPrivate } from '../../files/put-private.js'
import { readOptional } from '../../files/read-optional.js'
import { LockOf } from '../../lock/write-lock.js'
import { Workspace } from '../../workspace/workspace.js'

/** A sign of life that is no event. */
export interface Renewal {
  readonly actor: string
  readonly session: string | null
  /** RFC 3339 UTC, by this machine's clock. */
  readonly at: string
}

/** From when this clone counts the age of an event. */
export interface Seen {
  readonly event: string
  /** RFC 3339 UTC, by this machine's clock. */
  readonly at: string
  /** The event was not written in this clone. */
  readonly elsewhere: boolean
}

export interface LeaseRecords {
  /** By `feature/WPxx`. */
  readonly renewals: Readonly<Record<string, Renewal>>
  readonly seen: Readonly<Record<string, Seen>>
}

const NOTHING: LeaseRecords = { renewals: {}, seen: {} }

/** What only this clone knows of leases: `<git common dir>/kitty/leases.json`. See docs/formats.md, "Leases". */
@injectable()
export class LeaseFile {
  constructor(
    @inject(Workspace) private readonly workspace: Workspace,
    @inject(LockOf) private readonly lockOf: LockOf,
  ) {}

  /** A file that is missing or damaged holds nothing: leases then count from the events alone. */
  read(): LeaseRecords {
    try {
      const value: unknown = JSON.parse(readOptional(this.#file) ?? 'null')
      if (typeof value !== 'object' || value === null) return NOTHING
      const { renewals, seen } = value as Partial<Record<keyof LeaseRecords, unknown>>
      return { renewals: entries(renewals, isRenewal), seen: entries(seen, isSeen) }
    } catch {
      return NOTHING
    }
  }

  /** Adds entries. Best effort: where nothing can be written, leases count from the events alone. */
  async add(change: Partial<LeaseRecords>): Promise<void> {
    try {
      const held = await this.lockOf('leases').acquire('note a sign of life')
      try {
        const { renewals, seen } = this.read()
        const records: LeaseRecords = {
          renewals: { ...renewals, ...change.renewals },
          seen: { ...seen, ...change.seen },
        }
        putPrivate(this.#file, Buffer.from(`${JSON.stringify(records)}\n`), false)
      } finally {
        held.release()
      }
    } catch (error) {
      if (!isKittyError(error)) throw error
    }
  }

  get #file(): string {
    return join(this.workspace.privateDir, 'leases.json')
  }
}

function entries<Value>(found: unknown, isValue: (value: unknown) => value is Value): Record<string, Value> {
  if (typeof found !== 'object' || found === null) return {}
  const valid = Object.entries(found).filter((entry): entry is [string, Value] => isValue(entry[1]))
  return Object.fromEntries(valid)
}

function isRenewal(value: unknown): value is Renewal {
  if (typeof value !== 'object' || value === null) return false
  const { actor, session, at } = value as Partial<Record<keyof Renewal, unknown>>
  return typeof actor === 'string' && (session === null || typeof session === 'string') && isTime(at)
}

function isSeen(value: unknown): value is Seen {
  if (typeof value !== 'object' || value === null) return false
  const { event, at, elsewhere } = value as Partial<Record<keyof Seen, unknown>>
  return typeof event === 'string' && typeof elsewhere === 'boolean' && isTime(at)
}

function isTime(value: unknown): value is string {
  return typeof value === 'string' && !Number.isNaN(Date.parse(value))
}
