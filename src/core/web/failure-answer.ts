import { asNextSteps, isKittyError } from '../errors/kitty-error.js'
import { unconverted } from '../files/storage-error.js'
import type { NextStep } from '../errors/next-step.js'

/** A command's failure document, with the matching HTTP status. */
export interface FailureAnswer {
  readonly status: number
  readonly body: {
    readonly error: {
      readonly kind: string
      readonly message: string
      readonly next_steps: readonly NextStep[]
      readonly context: Readonly<Record<string, unknown>>
    }
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
  if (isKittyError(error)) {
    const { kind, message, nextSteps, context } = error
    return {
      status: STATUS[error.exitCode] ?? 500,
      body: { error: { kind, message, next_steps: asNextSteps(nextSteps), context } },
    }
  }
  const message = error instanceof Error ? error.message : String(error)
  return plainFailure(500, 'InternalError', message)
}

export function plainFailure(status: number, kind: string, message: string): FailureAnswer {
  return { status, body: { error: { kind, message, next_steps: [], context: {} } } }
}
