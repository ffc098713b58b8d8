import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Outcome } from './program.js'
import { striking } from './shim.js'
import type { World } from './world.js'

export interface Stopped {
  /** Lets the command go on to its end. */
  resume(): Promise<Outcome>
}

/**
 * Starts a command that stops itself in front of a call, so that another process can do anything between two of its
 * steps.
 * @param call as shim.c has it, without the action: `sync:WP01-part.md:1`
 * @returns undefined when the command ends without such a call
 */
export async function stoppedAt(
  world: World,
  call: string,
  args: readonly string[],
): Promise<Stopped | undefined> {
  const { child, finished } = world.start(args, { env: striking(world, `${call}:sig19`) })
  let hasEnded = false
  void finished.then(() => (hasEnded = true))
  while (!isStopped(child.pid)) {
    if (hasEnded) return undefined
    await sleep(5)
  }
  return {
    resume: () => {
      child.kill('SIGCONT')
      return finished
    },
  }
}

/** The same. @throws Error when the command ends without such a call */
export async function stoppedThere(...[world, call, args]: Parameters<typeof stoppedAt>): Promise<Stopped> {
  const stopped = await stoppedAt(world, call, args)
  if (stopped === undefined) throw new Error(`kitty ${args.join(' ')} never came to ${call}`)
  return stopped
}

function isStopped(pid: number | undefined): boolean {
  try {
    // The state stands behind the name, which may hold anything.
    return /\) T [^)]*$/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return false
  }
}
