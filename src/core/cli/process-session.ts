import { randomBytes } from 'node:crypto'
import { monotonicFactory } from 'ulid'
import type { Session } from '../workspace/session.js'
import { Printer } from './print.js'

/** The session of this very process. */
export function processSession(): Session {
  // ulid's own source of randomness loads web crypto, which costs more than everything else here.
  const nextUlid = monotonicFactory(() => randomBytes(1).readUInt8() / 256)
  const progress = new Printer().progress('rebuilding the index: lines read')
  return {
    cwd: process.cwd(),
    env: process.env,
    now: () => new Date(),
    nextId: (now) => nextUlid(now.getTime()),
    progress: (lines) => progress.update(lines),
    progressDone: () => progress.stop(),
  }
}
