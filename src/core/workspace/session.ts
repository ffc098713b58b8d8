import { token } from '../token.js'

/** The process's surroundings, as arguments: what the core may not fetch for itself. */
export interface Session {
  readonly cwd: string
  readonly env: Readonly<Record<string, string | undefined>>
  /** True where the process ends with its one command: what the system takes back by itself is left to it. */
  readonly endsWithCommand?: boolean
  now(): Date
  /** A ULID of the given time, greater than every one given out before by this session. */
  nextId(now: Date): string
  /** Tells a person how many lines a rebuild has read; silent where nobody watches. */
  progress(lines: number): void
  progressDone(): void
}

export const Session = token<Session>('Session')
