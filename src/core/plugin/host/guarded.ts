/** Milliseconds a plugin's module may take to load. */
const PATIENCE = 5_000

/** A plugin tried to end the program. */
class EndedTheProgram extends Error {
  override readonly name = 'EndedTheProgram'
}

/**
 * Runs what loads a plugin's code so that the program survives it: whatever it throws, a call of process.exit, a
 * module that never finishes. What oclif warns of is collected in `warnings`; node would print it with a stack.
 */
export async function guarded<T>(load: () => Promise<T>, warnings: string[] = []): Promise<T> {
  // eslint-disable-next-line @typescript-eslint/unbound-method -- put back as it was
  const { exit, emitWarning } = process
  let timer: NodeJS.Timeout | undefined
  process.exit = (code) => {
    throw new EndedTheProgram(`it calls process.exit(${String(code ?? '')}) while it is loaded`)
  }
  process.emitWarning = (_name: string | Error, failure?: unknown) => {
    // Oclif's way to say that it could not load a command; what else is warned of is nobody's business here.
    if (failure instanceof Error) warnings.push(failure.message)
  }
  try {
    // Not unref'd: without it a module that waits for nothing would end the process in the middle.
    const late = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(
        () => reject(new Error(`it did not load within ${PATIENCE / 1000} seconds`)),
        PATIENCE,
      )
    })
    return await Promise.race([load(), late])
  } finally {
    clearTimeout(timer)
    process.exit = exit
    process.emitWarning = emitWarning
  }
}
