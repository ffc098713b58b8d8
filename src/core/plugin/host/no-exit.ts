import { StandIn } from './stand-in.js'

/** Thrown when a plugin calls process.exit. */
class EndedTheProgram extends Error {
  override readonly name = 'EndedTheProgram'
}

const noExit = new StandIn('exit', (code) => {
  throw new EndedTheProgram(`it calls process.exit(${String(code ?? '')})`)
})

/**
 * Runs a plugin's code in which process.exit throws: it would end the command halfway, with 0, as if it had
 * finished.
 */
export function withoutExit<T>(work: () => T): T {
  noExit.begin()
  try {
    return work()
  } finally {
    noExit.end()
  }
}

/** As `withoutExit`, until the work has settled. */
export async function withoutExitUntil<T>(work: () => Promise<T>): Promise<T> {
  noExit.begin()
  try {
    return await work()
  } finally {
    noExit.end()
  }
}
