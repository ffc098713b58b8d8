import { token } from '../token.js'

/** The process environment, passed in because the core must not access it itself. */
export interface Session {
  readonly cwd: string
  readonly env: Readonly<Record<string, string | undefined>>
  /** True if the process ends after this one command: then we leave cleanup to the operating system. */
  readonly endsWithCommand?: boolean
  /** The command of this process, for those who wait for its lock; undefined in a program that embeds kitty. */
  readonly command?: string
  now(): Date
  /** Returns a ULID for the given time, greater than any this session has issued before. */
  nextId(now: Date): string
  /** Shows how many lines a rebuild has read; silent if no person is watching. */
  progress(lines: number): void
  progressDone(): void
}

export const Session = token<Session>('Session')
