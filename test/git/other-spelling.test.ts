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
    const root = tempFolder()
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
