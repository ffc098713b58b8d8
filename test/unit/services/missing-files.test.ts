import 'reflect-metadata'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { TemporaryWorkspace } from '../../../src/core/plugin/testing/temporary-workspace.js'
import { MissingFiles } from '../../../src/core/services/definitions/missing-files.js'
import { realGit, shims } from '../../support/kitty.js'
import { tempFolder } from '../../support/temp-folder.js'
import { gitIn } from '../../support/temp-repository.js'

const FEATURE = '001-login'
const TASKS = `kitty-specs/${FEATURE}/tasks`

describe("a team's package that has no file here", () => {
  let workspace: TemporaryWorkspace
  beforeEach(async () => {
    workspace = await TemporaryWorkspace.create()
  })
  afterEach(() => {
    vi.unstubAllEnvs()
    return workspace.dispose()
  })

  function commit(path: string): void {
    workspace.write(path, 'text\n')
    gitIn(workspace.root, 'add', '--all')
    gitIn(workspace.root, 'commit', '--quiet', '--message', path)
  }

  async function markOf(id: string): Promise<{ mark?: string; text?: string }> {
    return (await workspace.service(MissingFiles)).marks(FEATURE, [id], true).get(id) ?? {}
  }

  it.each(['WP10-x.md', 'WP10.md', 'WP10_x.md'])('is missing where a commit had %s', async (name) => {
    commit(`${TASKS}/${name}`)
    gitIn(workspace.root, 'rm', '--quiet', `${TASKS}/${name}`)
    commit(`${TASKS}/WP11-y.md`)
    expect(await markOf('WP10')).toMatchObject({ mark: 'missing' })
  })

  it('is elsewhere where only a package with a longer number was', async () => {
    commit(`${TASKS}/WP100-x.md`)
    expect(await markOf('WP10')).toMatchObject({ mark: 'elsewhere' })
  })

  it('is found on the branch of a remote that has its file, whatever its name', async () => {
    commit('README.md')
    gitIn(workspace.root, 'checkout', '--quiet', '-b', 'away')
    commit(`${TASKS}/WP10-größe.md`)
    gitIn(workspace.root, 'update-ref', 'refs/remotes/origin/away', 'HEAD')
    gitIn(workspace.root, 'checkout', '--quiet', 'main')
    expect((await markOf('WP10')).text).toContain('another branch, origin/away;')
  })

  it('costs as many processes of git as several of them, on several branches, do', async () => {
    commit('README.md')
    gitIn(workspace.root, 'checkout', '--quiet', '-b', 'away')
    const ids = ['WP10', 'WP11', 'WP12', 'WP13']
    for (const id of ids) {
      commit(`${TASKS}/${id}-x.md`)
      gitIn(workspace.root, 'update-ref', `refs/remotes/origin/${id}`, 'HEAD')
    }
    gitIn(workspace.root, 'checkout', '--quiet', 'main')
    const service = await workspace.service(MissingFiles)
    const asked = join(tempFolder(), 'asked')
    vi.stubEnv('PATH', shims({ git: `#!/bin/sh\necho x >> ${asked}\nexec ${realGit()} "$@"\n` }).PATH)
    const costOf = (some: readonly string[]): number => {
      writeFileSync(asked, '')
      expect([...service.marks(FEATURE, some, true).keys()]).toEqual(some)
      return readFileSync(asked, 'utf8').length
    }
    expect(costOf(['WP10'])).toBeGreaterThan(0)
    expect(costOf(ids)).toBe(costOf(['WP10']))
  })

  it('is no reason to fail before the first commit', async () => {
    expect((await markOf('WP10')).mark).toBeDefined()
  })
})
