import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { LockOf } from '../../src/core/lock/write-lock.js'
import { Notices } from '../../src/core/errors/notices.js'
import { Implement } from '../../src/core/services/workspaces/implement.js'
import { Workspaces } from '../../src/core/services/workspaces/workspaces.js'
import { EventStore } from '../../src/core/store/event-store.js'
import { Workflow } from '../../src/core/workspace/config.js'
import { Session } from '../../src/core/workspace/session.js'
import { Workspace } from '../../src/core/workspace/workspace.js'
import { by, FEATURE, inProcess, kittyIn, project } from '../support/kitty.js'

const WP01 = { feature: FEATURE, workPackage: 'WP01' }

describe('the removal of a worktree that waits for its lock', () => {
  it('leaves the worktree of someone who has taken the package since', async () => {
    const root = await project()
    const kitty = kittyIn(root)
    const lockOf = await kitty.resolve(LockOf)
    const afterBob: LockOf = (name, ms) => {
      const lock = lockOf(name, ms)
      const acquire: typeof lock.acquire = async (purpose) => {
        await inProcess(root, Implement, (service) => service.implement({ ...WP01, provenance: by('bob') }))
        return lock.acquire(purpose)
      }
      return { acquire, holder: () => lock.holder(), close: () => lock.close() }
    }
    const workspaces = new Workspaces(
      await kitty.resolve(EventStore),
      await kitty.resolve(Workflow),
      await kitty.resolve(Workspace),
      await kitty.resolve(Session),
      afterBob,
      await kitty.resolve(Notices),
    )
    const removed = workspaces.remove({ ...WP01, force: false, actor: 'ada' })
    await expect(removed).rejects.toMatchObject({ kind: 'StateTransitionError' })
    expect(existsSync(join(root, '.worktrees', `${FEATURE}-WP01`))).toBe(true)
  })
})
