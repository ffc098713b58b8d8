import { EXIT, isKittyError } from './kitty-error.js'

/**
 * What we record about a failure, so that the next person or agent can check it before acting. docs/formats.md, "Error
 * records".
 */
export interface ErrorRecordDraft {
  readonly error_type: string
  readonly entity_id: string | null
  readonly attempted_operation: string
  readonly reason: string
  readonly context: Readonly<Record<string, unknown>>
}

export interface ErrorRecord extends ErrorRecordDraft {
  readonly error_id: string
  /** RFC 3339 UTC with milliseconds. */
  readonly timestamp: string
}

const RECORDED: ReadonlySet<number> = new Set([EXIT.refused, EXIT.damaged, EXIT.lostRace])

/**
 * Returns the record of a failure, or undefined when none is kept: wrong usage and a missing setup say nothing about
 * an entity, and a lock held too long is not the entity's fault.
 */
export function recordOf(error: unknown, operation: string): ErrorRecordDraft | undefined {
  if (!isKittyError(error) || !RECORDED.has(error.exitCode)) return undefined
  const entity = error.context['work_package'] ?? error.context['feature_slug']
  return {
    error_type: error.kind,
    entity_id: typeof entity === 'string' ? entity : null,
    attempted_operation: operation,
    reason: error.message,
    context: error.context,
  }
}
