import { asNextSteps, EXIT, isKittyError, systemCode } from '../errors/kitty-error.js'
import { unbroken } from '../errors/invisible.js'
import { withoutSecrets, withoutSecretsIn } from '../errors/secrets.js'
import { unconverted } from '../files/storage-error.js'
import type { NextStep } from '../errors/next-step.js'
import { type CalledCommand, usageProblem } from './usage-error.js'

/** A failure for programs: the value of `error` in the failure document. */
export interface FailureDocument {
  readonly kind: string
  readonly message: string
  readonly next_steps: readonly NextStep[]
  readonly context: Readonly<Record<string, unknown>>
}

export interface Failure {
  readonly document: FailureDocument
  readonly exitCode: number
  readonly stack: string
}

interface OclifError extends Error {
  readonly oclif: { readonly exit?: number }
}

/** True for `this.exit()` and `--help`, which have already printed their output. */
export function isQuietExit(error: unknown): error is { oclif: { exit: number } } {
  return isOclifError(error) && 'code' in error && error.code === 'EEXIT'
}

/**
 * Turns anything thrown into the one form that people and programs read.
 * @param command the command that was called, as far as that is known
 */
export function failureOf(error: unknown, command?: CalledCommand): Failure {
  const failure = describe(error, command)
  // Messages quote user input, and they end up in a build's public record.
  return {
    ...failure,
    document: withoutSecretsIn(failure.document),
    stack: withoutSecrets(failure.stack),
  }
}

function describe(thrown: unknown, command?: CalledCommand): Failure {
  const stack = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown)
  const error = unconverted(thrown) ?? thrown
  if (isKittyError(error)) {
    const { kind, message, nextSteps, context, exitCode } = error
    return { document: { kind, message, next_steps: asNextSteps(nextSteps), context }, exitCode, stack }
  }
  if (isOclifError(error)) return { document: usageDocument(error, command), exitCode: EXIT.usage, stack }
  return { document: unexpected(error, command?.plugin), exitCode: EXIT.damaged, stack }
}

function isOclifError(error: unknown): error is OclifError {
  return error instanceof Error && 'oclif' in error && typeof error.oclif === 'object'
}

const VERIFY = ['kitty', 'agent', 'events', 'verify']

function usageDocument(error: OclifError, command: CalledCommand | undefined): FailureDocument {
  const { message, steps } = usageProblem(error, command)
  return { kind: 'UsageError', message: unbroken(message), next_steps: steps, context: {} }
}

function unexpected(error: unknown, plugin: string | undefined): FailureDocument {
  const message = error instanceof Error ? error.message : String(error)
  const code = systemCode(error)
  if (plugin !== undefined)
    return {
      kind: 'InternalError',
      message: unbroken(`The plugin ${plugin} failed in a way that kitty does not know: ${message}`),
      next_steps: asNextSteps([
        'Run the command again with KITTY_DEBUG=1 to see where, and report it to its author.',
      ]),
      context: { plugin, ...(code !== undefined && { code }) },
    }
  return {
    kind: 'InternalError',
    message: unbroken(`kitty failed in a way it does not know: ${message}`),
    next_steps: [
      ...asNextSteps(['Run the command again with KITTY_DEBUG=1 to see where, and report it.']),
      { text: VERIFY.join(' '), argv: VERIFY },
    ],
    context: code === undefined ? {} : { code },
  }
}
