import type { NextStep } from './next-step.js'
import { unbroken } from './invisible.js'

/**
 * Every failure that a command may report: its kind, its exit code, and what to type next. Recognize errors by `kind`,
 * never by message text. Exit codes: docs/troubleshooting.md.
 */

export const EXIT = {
  done: 0,
  refused: 1,
  usage: 2,
  damaged: 3,
  locked: 4,
  environment: 5,
  lostRace: 6,
} as const

/** Maps the kind of failure to the exit code. A new kind does not compile until it has one. */
export const EXIT_OF_KIND = {
  ValidationError: EXIT.refused,
  StateTransitionError: EXIT.refused,
  DependencyValidationError: EXIT.refused,
  GateFailure: EXIT.refused,
  UsageError: EXIT.usage,
  UnknownFeature: EXIT.usage,
  AmbiguousFeature: EXIT.usage,
  UnknownWorkPackage: EXIT.usage,
  UnknownGate: EXIT.usage,
  InvalidSpecs: EXIT.usage,
  DamagedData: EXIT.damaged,
  NotWritable: EXIT.damaged,
  DiskFull: EXIT.damaged,
  LockUnavailable: EXIT.damaged,
  InternalError: EXIT.damaged,
  LockTimeout: EXIT.locked,
  HubUnreachable: EXIT.locked,
  NotAGitRepository: EXIT.environment,
  NotInitialised: EXIT.environment,
  UnsafeSetup: EXIT.environment,
  BadConfig: EXIT.environment,
  MissingDependency: EXIT.environment,
  GitFailure: EXIT.environment,
  HubDenied: EXIT.environment,
  HubTooOld: EXIT.environment,
  HubMismatch: EXIT.environment,
  LostRace: EXIT.lostRace,
} as const satisfies Record<string, number>

export type ErrorKind = keyof typeof EXIT_OF_KIND

export interface KittyErrorOptions {
  /**
   * What a person or an agent can do next: sentences without names, or what core/errors/next-step makes. A string is
   * never run.
   */
  readonly nextSteps?: readonly (string | NextStep)[]
  /** Facts for a program: keys in snake_case, JSON values only. */
  readonly context?: Readonly<Record<string, unknown>>
  /** What another program said, line by line: shown below the message, set in. */
  readonly said?: readonly string[]
  readonly cause?: unknown
}

/** Marks errors from any copy of this module, since a plugin has its own copy. */
const BRAND = Symbol.for('kitty.error.v1')

export class KittyError extends Error {
  readonly [BRAND] = true
  readonly nextSteps: readonly NextStep[]
  readonly context: Readonly<Record<string, unknown>>

  constructor(
    readonly kind: ErrorKind,
    message: string,
    options: KittyErrorOptions = {},
  ) {
    super(
      messageOf(message, options.said ?? []),
      options.cause === undefined ? undefined : { cause: options.cause },
    )
    this.name = kind
    this.nextSteps = asNextSteps(options.nextSteps ?? [])
    this.context = options.context ?? {}
  }

  get exitCode(): number {
    return EXIT_OF_KIND[this.kind]
  }
}

/** Names in a message bring no lines of their own, and the lines of another program are told from kitty's. */
function messageOf(message: string, said: readonly string[]): string {
  return [message, ...said.map((line) => `  ${line}`)].map(unbroken).join('\n')
}

/** Each step once, however many refusals name it. A plugin's copy of KittyError may be older, with strings. */
export function asNextSteps(steps: readonly (string | NextStep)[]): NextStep[] {
  const distinct = new Map<string, NextStep>()
  for (const step of steps) {
    const { text: given, argv } = typeof step === 'string' ? { text: step, argv: null } : step
    const text = unbroken(given)
    if (!distinct.has(text)) distinct.set(text, { text, argv })
  }
  return [...distinct.values()]
}

/** True for a KittyError from this program or from a plugin's copy of the module. */
export function isKittyError(error: unknown): error is KittyError {
  return typeof error === 'object' && error !== null && BRAND in error
}

/** The error's operating-system code (`ENOSPC`, …), or undefined. */
export function systemCode(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined
  return typeof error.code === 'string' ? error.code : undefined
}
