import { monotonicFactory } from 'ulid'
import type { Session } from '../workspace/session.js'
import { Printer, type Progress } from './print.js'
import { randomFractions } from './random-bytes.js'

/**
 * The session of the current process.
 * @param argv its command line, without node and script
 */
export function processSession(argv: readonly string[] = []): Session {
  // ulid's own random source loads web crypto, which costs more than the rest of this function.
  const nextUlid = monotonicFactory(randomFractions())
  let progress: Progress | undefined
  return {
    cwd: process.cwd(),
    env: process.env,
    endsWithCommand: true,
    command: commandOf(argv),
    now: () => new Date(),
    nextId: (now) => nextUlid(now.getTime()),
    progress: (lines) =>
      (progress ??= new Printer().progress('rebuilding the index: lines read')).update(lines),
    progressDone: () => progress?.stop(),
  }
}

/** Only words of kitty's: the rest of the line is someone's text, and other users may read the lock's file. */
function commandOf([first = '', ...others]: readonly string[]): string {
  const words = first === 'agent' ? [first, ...others.slice(0, 2)] : [first]
  return ['kitty', ...words.filter((word) => /^[a-z-]+$/.test(word) && !word.startsWith('-'))].join(' ')
}
