import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { POSIX } from '../support/posix.js'
import { preparedRepository } from '../support/prepared-repository.js'
import { kitty, PROGRAM } from '../support/program.js'
import { tempFolder } from '../support/temp-folder.js'
import { gitIn, gitEnvironment, type TempRepository } from '../support/temp-repository.js'

const NAMES = ['git', 'node', 'kitty', 'npm', 'sh', 'xdg-open', 'open', 'nano', 'env']
const ALL = NAMES.flatMap((name) => [name, `${name}.exe`, `${name}.cmd`, `${name}.bat`])

/** Each program says in a file outside that it ran, and under which name. */
async function victim(): Promise<{ repository: TempRepository; trace: string }> {
  const repository = await preparedRepository()
  const trace = join(tempFolder(), 'ran')
  for (const name of ALL)
    writeFileSync(repository.path(name), `#!/bin/sh\necho ${name} >> '${trace}'\n`, { mode: 0o755 })
  repository.commitAll('programs')
  return { repository, trace }
}

/** A folder with the `kitty` that git is to run as the merge driver, which says so in `driven`. */
function driverFolder(): { folder: string; driven: string } {
  const folder = tempFolder()
  const driven = join(folder, 'driven')
  const script = `#!/bin/sh\necho "$3" >> '${driven}'\nexec '${process.execPath}' '${PROGRAM}' "$@"\n`
  writeFileSync(join(folder, 'kitty'), script, { mode: 0o755 })
  return { folder, driven }
}

/** As a PATH may lead into a folder: by where one is, by name, through a link. */
function waysTo(root: string): string[] {
  const link = join(tempFolder(), 'link')
  symlinkSync(root, link, 'junction')
  return ['', '.', root, `${root}/`, link]
}

describe.runIf(POSIX)('programs in the top folder of a work tree, on PATH in any way', () => {
  it('are never run', async () => {
    const { repository, trace } = await victim()
    const { root } = repository
    const { folder, driven } = driverFolder()
    const PATH = [...waysTo(root), folder, process.env['PATH']].join(delimiter)
    const env = { ...gitEnvironment(), PATH, EDITOR: 'nano', VISUAL: '', BROWSER: '' }
    const run = async (cwd: string, ...args: string[]) => {
      const ran = await kitty({ cwd, env }, ...args)
      expect(existsSync(trace) ? [args, readFileSync(trace, 'utf8')] : []).toEqual([])
      return ran
    }
    const done = async (cwd: string, ...args: string[]) => {
      const ran = await run(cwd, ...args)
      expect([args, ran.code, ran.code === 0 ? '' : ran.stderr]).toEqual([args, 0, ''])
    }

    await done(root, 'status')
    await done(root, 'implement', 'WP01')
    const worktree = join(root, '.worktrees/001-login-WP01')
    // The branch has the log of now, and main a longer one: git merges the two with the driver.
    cpSync(join(root, '.kittify/events'), join(worktree, '.kittify/events'), { recursive: true })
    gitIn(worktree, 'add', '--all')
    gitIn(worktree, 'commit', '--quiet', '--message', 'work')
    await done(worktree, 'review', 'WP01')
    await done(root, 'commit')
    await done(root, 'doctor')
    await done(root, 'merge', 'WP01')
    expect(readFileSync(driven, 'utf8')).toContain('merge-driver')
    await run(root, 'edit', 'WP02')
    await run(root, 'plugins', 'install', 'file:no-such-plugin')

    // The trap works: a shell with this PATH runs them.
    spawnSync('/bin/sh', ['-c', 'git --version'], { cwd: root, env: { ...process.env, PATH } })
    expect(readFileSync(trace, 'utf8')).toBe('git\n')
  })
})
