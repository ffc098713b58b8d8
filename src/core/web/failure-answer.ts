import { type FailureDocument, failureOf } from '../cli/failure.js'
import { unconverted } from '../files/storage-error.js'

/** A command's failure document, with the matching HTTP status. */
export interface FailureAnswer {
  readonly status: number
  readonly body: {
    readonly error: FailureDocument
  }
}

/** HTTP status by exit code: refused, wrong usage, damaged, locked, environment, lost race. */
const STATUS: Readonly<Record<number, number>> = { 1: 422, 2: 400, 3: 500, 4: 503, 5: 500, 6: 409 }

/** A request that cannot be answered, whatever the state of the board. */
export class BadRequest extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message)
  }
}

export function failureAnswer(thrown: unknown): FailureAnswer {
  const error = unconverted(thrown) ?? thrown
  if (error instanceof BadRequest) return plainFailure(error.status, 'BadRequest', error.message)
  const { document, exitCode } = failureOf(error)
  return { status: STATUS[exitCode] ?? 500, body: { error: document } }
}

export function plainFailure(status: number, kind: string, message: string): FailureAnswer {
  return { status, body: { error: { kind, message, next_steps: [], context: {} } } }
}
