import { FULL, scaled } from './fault.js'
import { checkInvariants, type Exempt } from './invariants.js'
import type { Outcome } from './program.js'
import { countedCalls, counting, shimmed } from './shim.js'
import { spread } from './spread.js'
import { expectExit, World } from './world.js'

export interface KillLoop {
  /** Puts a fresh world into the state the command starts from. */
  readonly prepare?: (world: World) => void | Promise<void>
  readonly command: (world: World, env: Record<string, string>) => Promise<Outcome>
  /** Looks at what was left, with no process for it but in the full run. */
  readonly check: (world: World) => Promise<void>
  readonly quick: number
  /** The check runs the command again, before anything else is written. */
  readonly isRepeated?: boolean
  readonly exempt?: Exempt
}

/** Lists once the command's calls that change something; then, from a fresh copy each, kills it at each of them, and checks. */
export async function killAtEachCall({
  prepare,
  command,
  check,
  quick,
  isRepeated,
  exempt,
}: KillLoop): Promise<string> {
  const listed = await World.make()
  await prepare?.(listed)
  expectExit(await command(listed, counting(listed)), 0)
  const calls = countedCalls(listed).filter((call) => !call.startsWith('look '))
  const index = [...calls.keys()].filter((at) => calls[at]?.includes('index.db'))
  const other = [...calls.keys()].filter((at) => !index.includes(at))
  const chosen = [...spread(other, scaled(quick, 300)), ...spread(index, scaled(2, 300))]
  for (const at of chosen) {
    const world = await World.make()
    await prepare?.(world)
    const outcome = await command(world, shimmed(`change:${world.root}:${at + 1}:kill`))
    expectExit(outcome, 137, `killed at call ${at + 1}, ${calls[at] ?? ''}`)
    if (FULL && !isRepeated) expectExit(await world.write(), 0)
    await check(world)
    await checkInvariants(world, exempt)
  }
  return `SIGKILL at ${chosen.length} of the ${calls.length} calls`
}
