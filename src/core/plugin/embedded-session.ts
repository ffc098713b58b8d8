import { randomBytes } from 'node:crypto'
import { monotonicFactory } from 'ulid'
import type { Session } from '../workspace/session.js'

/** The session of a program that uses kitty as a library. Shows no progress. */
export function embeddedSession(cwd: string, env: Session['env']): Session {
  const nextUlid = monotonicFactory(() => randomBytes(1).readUInt8() / 256)
  return {
    cwd,
    env,
    now: () => new Date(),
    nextId: (now) => nextUlid(now.getTime()),
    progress: () => undefined,
    progressDone: () => undefined,
  }
}
