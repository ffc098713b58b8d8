import 'reflect-metadata'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { TemporaryWorkspace } from '../../../src/core/plugin/testing/temporary-workspace.js'
import { MissingFiles } from '../../../src/core/services/definitions/missing-files.js'
import { gitIn } from '../../support/temp-repository.js'

const FEATURE = '001-login'
const TASKS = `kitty-specs/${FEATURE}/tasks`

describe("a team's package that has no file here", () => {
  let workspace: TemporaryWorkspace
  beforeEach(async () => {
    workspace = await TemporaryWorkspace.create()
  })
  afterEach(() => workspace.dispose())

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

  it('is no reason to fail before the first commit', async () => {
    expect((await markOf('WP10')).mark).toBeDefined()
  })
})
