import { existsSync, mkdirSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { isSamePlace, placeInside } from '../../src/core/platform/paths.js'
import { loggedEvents } from '../support/log-files.js'
import { preparedRepository } from '../support/prepared-repository.js'
import { documentOf, kitty } from '../support/program.js'
import { tempFolder } from '../support/temp-folder.js'

/** As a person types it. */
function otherSpelling(path: string): string {
  return join(dirname(path), basename(path).toUpperCase())
}

describe('a folder by another spelling', () => {
  const probe = tempFolder()
  const ignoresCase = existsSync(otherSpelling(probe))
  if (!ignoresCase)
    process.stdout.write('skipped: letter case counts here (scripts/test-as.mjs ignore-case)\n')

  it.skipIf(ignoresCase)('is another folder where letter case counts', () => {
    const root = join(tempFolder(), 'root')
    mkdirSync(root)
    mkdirSync(otherSpelling(root))
    expect(isSamePlace(root, otherSpelling(root))).toBe(false)
    expect(placeInside(root, join(otherSpelling(root), 'x'))).toBeUndefined()
  })

  it.runIf(ignoresCase)(
    'is the same one where it does not, and a worktree in it stays the package’s',
    async () => {
      const { root } = await preparedRepository()
      const other = otherSpelling(root)
      expect(isSamePlace(root, other)).toBe(true)
      expect(isSamePlace(join(root, '.GIT'), join(other, '.git'))).toBe(true)
      expect(isSamePlace(join(root, '.git'), join(other, '.kittify'))).toBe(false)
      expect(placeInside(root, join(other, '.KITTIFY', 'new'))).toBe('.KITTIFY/new')

      for (const cwd of [root, other, root]) {
        const again = await kitty({ cwd }, 'implement', 'WP01')
        expect([again.code, again.code === 0 ? '' : again.stderr]).toEqual([0, ''])
      }
      const fromThere = await kitty({ cwd: other }, 'implement', 'WP02')
      expect([fromThere.code, fromThere.code === 0 ? '' : fromThere.stderr]).toEqual([0, ''])
      for (const cwd of [root, other]) {
        const { checks } = documentOf(await kitty({ cwd }, 'doctor', '--json'))
        expect(checks).toContainEqual(expect.objectContaining({ name: 'worktrees', ok: true }))
        const listed = documentOf(await kitty({ cwd }, 'agent', 'workspaces', 'list', '--json'))
        expect(listed['workspaces']).toMatchObject([{ exists: true }, { exists: true }])
      }
      const created = loggedEvents(root).filter(({ event_type }) => event_type === 'WorkspaceCreated')
      expect(created.map(({ payload }) => payload['worktree_path'])).toEqual([
        '.worktrees/001-login-WP01',
        '.worktrees/001-login-WP02',
      ])
    },
  )
})

describe('a branch whose folders have our names in other letters', () => {
  it('is read as far as the names are kitty’s, and every event is kept', async () => {
    const repository = await preparedRepository({ '001-login': [{ id: 'WP01' }] })
    const { root: cwd } = repository
    const blob = repository.git('rev-parse', 'HEAD:kitty-specs/001-login/tasks/WP01-part.md').trim()
    // Into git directly, since the disk may have one place for two of these names.
    for (const folder of ['001-Login', '002-caf\u00e9', '002-cafe\u0301', '003-con.', 'AUX'])
      repository.git(
        'update-index',
        '--add',
        '--cacheinfo',
        `100644,${blob},kitty-specs/${folder}/tasks/WP01-part.md`,
      )
    const tree = repository.git('write-tree').trim()
    repository.git('branch', 'other', repository.git('commit-tree', '-p', 'HEAD', '-m', 'other', tree).trim())
    // The index alone: a reset of the work tree removes what it calls 001-Login, which may be 001-login on the disk.
    repository.git('read-tree', 'HEAD')
    const ok = async (...args: string[]): Promise<string> => {
      const done = await kitty({ cwd }, ...args)
      expect([args, done.code, done.code === 0 ? '' : done.stderr]).toEqual([args, 0, ''])
      return done.stdout + done.stderr
    }
    await ok('move', 'WP01', 'doing')
    repository.commitAll('moved')

    repository.git('checkout', '--quiet', '--force', 'other')
    expect(documentOf(await kitty({ cwd }, 'status', '--json'))['features']).toMatchObject([
      { title: 'The feature 001-login' },
    ])
    const synced = await kitty({ cwd }, 'sync')
    expect(
      (synced.stdout + synced.stderr).match(/002-cafe?\u0301?\u00e9? skipped: its name is no feature/g),
    ).not.toBeNull()
    repository.git('checkout', '--quiet', '--force', 'main')
    await ok('status')
    expect(loggedEvents(cwd).filter(({ event_type }) => event_type === 'WPStatusChanged')).toHaveLength(1)
    expect(await ok('agent', 'events', 'verify')).toContain('no problems')
  })
})
