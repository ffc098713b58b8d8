/**
 * How long we wait for a plugin's module while nothing happens, in milliseconds. Time in which this thread works does
 * not count: on a busy machine a good plugin takes long to load.
 */
const PATIENCE = 5_000

const SHORTEST_PAUSE = 10

/** Thrown when a plugin calls process.exit. */
class EndedTheProgram extends Error {
  override readonly name = 'EndedTheProgram'
}

/**
 * Loads a plugin's code so that the program survives it, whether it throws, calls process.exit or never finishes.
 * Collects oclif's warnings in `warnings`, since node would print them with a stack.
 */
export async function guarded<T>(load: () => Promise<T>, warnings: string[] = []): Promise<T> {
  // eslint-disable-next-line @typescript-eslint/unbound-method -- put back as it was
  const { exit, emitWarning } = process
  let timer: NodeJS.Timeout | undefined
  process.exit = (code) => {
    throw new EndedTheProgram(`it calls process.exit(${String(code ?? '')}) while it is loaded`)
  }
  process.emitWarning = (_name: string | Error, failure?: unknown) => {
    // oclif warns with an Error when it cannot load a command. Other warnings are dropped.
    if (failure instanceof Error) warnings.push(failure.message)
  }
  try {
    // Keep the timer referenced: without it the process would end silently while a module with nothing pending is
    // loading.
    const late = new Promise<never>((_resolve, reject) => {
      const before = performance.eventLoopUtilization()
      const look = (): void => {
        const left = PATIENCE - performance.eventLoopUtilization(before).idle
        if (left <= 0) reject(new Error(`it did not load within ${PATIENCE / 1000} seconds`))
        else timer = setTimeout(look, Math.max(left, SHORTEST_PAUSE))
      }
      timer = setTimeout(look, PATIENCE)
    })
    return await Promise.race([load(), late])
  } finally {
    clearTimeout(timer)
    process.exit = exit
    process.emitWarning = emitWarning
  }
}
