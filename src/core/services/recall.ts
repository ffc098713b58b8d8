import { inject, injectable } from 'inversify'
import type { ErrorRecord } from '../errors/error-record.js'
import { ErrorStorage } from '../errors/error-storage.js'
import { Session } from '../workspace/session.js'

/** Summary of a package's earlier refusals. */
export interface EarlierRefusals {
  readonly times: number
  readonly last_at: string
  readonly last_actor: string | null
  readonly last_reason: string
}

export interface RefusalSought {
  readonly feature: string
  readonly workPackage: string
  readonly kind: string
  readonly to: string
  readonly blockers: readonly string[]
}

/** How far back to look for refusals: older ones were about other work, and every file read has a cost. */
const DAYS = 30
const DAY_MS = 86_400_000

/** Remembers earlier refusals and failures of a work package. */
@injectable()
export class Recall {
  constructor(
    @inject(ErrorStorage) private readonly errors: ErrorStorage,
    @inject(Session) private readonly session: Session,
  ) {}

  /** Earlier refusals for the same reason: of the same kind, for the same lane, with a blocker in common. */
  earlier({ feature, workPackage, kind, to, blockers }: RefusalSought): EarlierRefusals | undefined {
    const since = new Date(this.session.now().getTime() - DAYS * DAY_MS).toISOString().slice(0, 10)
    const records = this.errors
      .list({ feature, entity: workPackage, type: kind, since })
      .filter((record) => isAbout(record, to) && sharesOne(blockers, record.context['blockers']))
    const [last] = records
    if (last === undefined) return undefined
    return {
      times: records.length,
      last_at: last.timestamp,
      last_actor: actorOf(last),
      last_reason: last.reason,
    }
  }

  /**
   * All records about moves of the package into a lane, newest first. Includes failed gates if they guard that lane.
   */
  about(question: {
    feature: string
    workPackage: string
    to: string
    gates: boolean
    limit?: number | undefined
  }): ErrorRecord[] {
    const { feature, workPackage, to, gates, limit } = question
    const records = this.errors.list({ feature, entity: workPackage })
    const matching = records.filter((record) => requested(record) === to || (gates && isFailedGate(record)))
    return matching.slice(0, limit)
  }
}

function isAbout(record: ErrorRecord, to: string): boolean {
  return requested(record) === to || isFailedGate(record)
}

/** True for a gate that failed on its own, not as part of an attempt to move its package. */
function isFailedGate(record: ErrorRecord): boolean {
  return record.error_type === 'GateFailure' && requested(record) === null
}

function requested(record: ErrorRecord): string | null {
  const lane = record.context['requested_status']
  return typeof lane === 'string' ? lane : null
}

function sharesOne(blockers: readonly string[], earlier: unknown): boolean {
  const names: readonly unknown[] = Array.isArray(earlier) ? earlier : []
  return blockers.length === 0 ? names.length === 0 : blockers.some((blocker) => names.includes(blocker))
}

function actorOf(record: ErrorRecord): string | null {
  const actor = record.context['actor']
  return typeof actor === 'string' ? actor : null
}
