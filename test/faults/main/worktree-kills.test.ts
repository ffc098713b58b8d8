import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect } from 'vitest'
import { gitIn } from '../../support/temp-repository.js'
import { killingGitAt, listingSteps, stepsIn } from '../../support/git-steps.js'
import { fault, FULL } from '../support/fault.js'
import { checkInvariants } from '../support/invariants.js'
import { expectExit, World } from '../support/world.js'

const VERB = 'worktree add'
const NAME = '001-login-WP01'

const implement = (world: World, env: Record<string, string>, workPackage = 'WP01') =>
  // Under another program it has a process group of its own.
  world.kitty(['implement', workPackage, '--json'], { env, under: ['env'] })

/** The steps of one git that is left alone. */
async function allSteps(): Promise<string[]> {
  const world = await World.make()
  const list = join(world.folder, 'tmp', 'steps.txt')
  expectExit(await implement(world, listingSteps({ verb: VERB, list })), 0)
  return stepsIn(list)
}

/** The quick selection: a lock on the branch, and the empty link of a work tree. */
const isQuick = (step: string): boolean => /^rename \S+refs\/heads\/|^write \S+\/\.git$/.test(step)

describe('git worktree add, killed within kitty implement', () => {
  fault(72, 'kill at every step of git worktree add', { needs: ['gcc'], within: 1800 }, async () => {
    const steps = await allSteps()
    const tried: string[] = []
    for (const whom of FULL ? (['git', 'group'] as const) : (['git'] as const))
      for (const [at, step] of steps.entries()) {
        if (!FULL && !isQuick(step)) continue
        const world = await World.make()
        const list = join(world.folder, 'tmp', 'steps.txt')
        const killed = await implement(world, killingGitAt(at + 1, whom, { verb: VERB, list }))
        expect(killed.exit, step).not.toBe(0)
        // When git's own child is killed, git goes on and cleans up.
        expect(stepsIn(list).length, step).toBeGreaterThan(at)
        const next = await implement(world, {})
        expectExit(next, 0, `${whom} killed at step ${at + 1}, ${step}`)
        const work = world.path('.worktrees', NAME)
        expect(gitIn(work, 'status', '--porcelain'), step).toBe('')
        expect(existsSync(join(work, 'README.md')), step).toBe(true)
        if (FULL) expectExit(await implement(world, {}, 'WP03'), 0, step)
        await checkInvariants(world)
        tried.push(step)
      }
    expect(tried.length).toBeGreaterThanOrEqual(FULL ? 2 * 47 : 2)
    return {
      injected: `SIGKILL at ${tried.length} of ${FULL ? 2 * steps.length : steps.length} steps of git worktree add, of git${FULL ? ' and of its group' : ''}`,
      found: 'the next implement makes the worktree, whole and clean; nothing by hand',
      expected: 'each repaired by the next implement',
    }
  })
})
