import { monotonicFactory } from 'ulid'
import type { Session } from '../workspace/session.js'
import { Printer, type Progress } from './print.js'
import { randomFractions } from './random-bytes.js'

/** The session of the current process. */
export function processSession(): Session {
  // ulid's own random source loads web crypto, which costs more than the rest of this function.
  const nextUlid = monotonicFactory(randomFractions())
  let progress: Progress | undefined
  return {
    cwd: process.cwd(),
    env: process.env,
    endsWithCommand: true,
    now: () => new Date(),
    nextId: (now) => nextUlid(now.getTime()),
    progress: (lines) =>
      (progress ??= new Printer().progress('rebuilding the index: lines read')).update(lines),
    progressDone: () => progress?.stop(),
  }
}
