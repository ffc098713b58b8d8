import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { emit, FEATURE, kitty, move, project } from '../support/kitty.js'
import { tempFolder } from '../support/temp-folder.js'
import { gitIn } from '../support/temp-repository.js'

/** Git is to take the repository for someone else's: its own way to say so in tests. */
const ANOTHERS = { GIT_TEST_ASSUME_DIFFERENT_OWNER: '1', KITTY_ACTOR: 'ada' }

/** WP01 was moved on a branch; `main`, checked out again, knows nothing of that. */
async function withAnotherBranch(): Promise<string> {
  const folder = await project()
  gitIn(folder, 'switch', '--quiet', '--create', 'other')
  await emit(folder, 'ada', move('doing'))
  gitIn(folder, 'add', '.kittify')
  gitIn(folder, 'commit', '--quiet', '--message', 'on other')
  gitIn(folder, 'switch', '--quiet', 'main')
  return folder
}

function logOf(folder: string): string {
  return gitIn(folder, 'status', '--porcelain', '--', '.kittify')
}

function trusting(folder: string): Readonly<Record<string, Record<string, string>>> {
  const file = join(tempFolder(), 'gitconfig')
  writeFileSync(file, `[safe]\n\tdirectory = ${folder}\n`)
  return {
    GIT_CONFIG_GLOBAL: { GIT_CONFIG_GLOBAL: file },
    GIT_CONFIG_COUNT: {
      GIT_CONFIG_COUNT: '1',
      GIT_CONFIG_KEY_0: 'safe.directory',
      GIT_CONFIG_VALUE_0: folder,
    },
  }
}

describe('a repository of another owner', () => {
  it.each(['GIT_CONFIG_GLOBAL', 'GIT_CONFIG_COUNT'])(
    'that %s says is safe: status leaves another branch’s events where they are',
    async (way) => {
      const folder = await withAnotherBranch()
      const status = await kitty(folder, ['status', '--json'], { ...ANOTHERS, ...trusting(folder)[way] })
      expect(status).toMatchObject({ code: 0 })
      expect(status.json()['warnings']).toEqual([])
      expect(logOf(folder)).toBe('')
    },
  )

  it('that nothing says is safe: no event is written, and every command names the remedy', async () => {
    const folder = await withAnotherBranch()
    const before = readFileSync(join(folder, '.gitattributes'), 'utf8')
    for (const args of [
      ['status'],
      ['agent', 'tasks', 'list'],
      ['agent', 'tasks', 'note', 'WP01', 'x', '--feature', FEATURE],
      ['implement', 'WP01', '--feature', FEATURE],
    ]) {
      const ran = await kitty(folder, [...args, '--json'], ANOTHERS)
      expect(ran.code, args.join(' ')).toBe(5)
      expect(ran.json()['error'], args.join(' ')).toMatchObject({
        kind: 'UnsafeSetup',
        next_steps: [{ text: `git config --global --add safe.directory ${folder}` }],
      })
    }
    for (const args of [['doctor'], ['doctor', '--fix']]) {
      const ran = await kitty(folder, [...args, '--json'], ANOTHERS)
      const checks = ran.json()['checks'] as { name: string; ok: boolean; fix: string }[] // doctor's document
      expect(checks.filter(({ ok }) => !ok).map(({ name }) => name)).toEqual(['repository'])
      expect(checks.at(-1)?.fix).toBe(`git config --global --add safe.directory ${folder}`)
      expect(ran.code).toBe(5)
    }
    expect(readFileSync(join(folder, '.gitattributes'), 'utf8')).toBe(before)
    expect(logOf(folder)).toBe('')
    expect(existsSync(join(folder, '.worktrees'))).toBe(false)
  })

  it('is never diagnosed as one without commits', async () => {
    const folder = await project()
    rmSync(join(folder, '.kittify', 'events', 'index.db'), { force: true })
    const { json } = await kitty(folder, ['implement', 'WP01', '--json'], ANOTHERS)
    expect(JSON.stringify(json())).not.toMatch(/no commit/)
  })
})
