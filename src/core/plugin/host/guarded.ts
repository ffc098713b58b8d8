import { withoutExitUntil } from './no-exit.js'
import { StandIn } from './stand-in.js'

/** How long a plugin's module may take to load, in milliseconds. */
const PATIENCE = 5_000
/**
 * We count ticks, not time. A tick comes late while this thread works or does not get the processor, so that on a busy
 * machine a good plugin gets longer.
 */
const TICK = 50

/** Whose warnings are collected now. */
const collectors = new Set<string[]>()

const collecting = new StandIn('emitWarning', (_name: string | Error, failure?: unknown) => {
  // oclif warns with an Error when it cannot load a command. Other warnings are dropped.
  if (failure instanceof Error) for (const warnings of collectors) warnings.push(failure.message)
})

/**
 * Loads a plugin's code so that the program survives it, whether it throws, calls process.exit or never finishes.
 * Collects oclif's warnings in `warnings`, since node would print them with a stack.
 */
export async function guarded<T>(
  load: () => Promise<T>,
  warnings: string[] = [],
  patience = PATIENCE,
): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  collectors.add(warnings)
  collecting.begin()
  try {
    // Keep the timer referenced: without it the process would end silently while a module with nothing pending is
    // loading.
    const late = new Promise<never>((_resolve, reject) => {
      let ticks = 0
      timer = setInterval(() => {
        ticks += 1
        if (ticks * TICK >= patience) reject(new Error(`it did not load within ${patience / 1000} seconds`))
      }, TICK)
    })
    return await withoutExitUntil(() => Promise.race([load(), late]))
  } finally {
    clearInterval(timer)
    collectors.delete(warnings)
    collecting.end()
  }
}
