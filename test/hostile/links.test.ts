import { execFileSync } from 'node:child_process'
import {
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { expectBounded, FEATURE, packageText, Victim } from './support/victim.js'

const TASKS = `kitty-specs/${FEATURE}/tasks`

/** Puts a link in place of a path in the repository; what was there goes `outside`, as a stranger would copy it. */
function linkInPlace(victim: Victim, path: string, to = join(victim.outside, 'taken')): void {
  if (existsSync(victim.path(path)) && !existsSync(to)) cpSync(victim.path(path), to, { recursive: true })
  rmSync(victim.path(path), { recursive: true, force: true })
  symlinkSync(to, victim.path(path))
  victim.remember()
}

/** Writes another feature with one package, which no attack touches. */
async function withOtherFeature(victim: Victim): Promise<void> {
  victim.write('kitty-specs/002-other/tasks/WP01-part.md', packageText('WP01'))
  await victim.done('agent', 'feature', 'finalize-tasks', '--feature', '002-other')
}

describe('a link in place of a file that kitty sets up', () => {
  it.each([
    '.gitattributes',
    '.gitignore',
    '.kittify/.gitignore',
    '.kittify/config.json',
    '.kittify/events',
    '.kittify/clock.json',
  ])('%s: init and doctor --fix refuse, and its target stays', async (path) => {
    const victim = await Victim.make()
    linkInPlace(victim, path, join(victim.outside, path === '.kittify/events' ? 'taken' : 'bashrc'))
    const init = await victim.refusal('init')
    expect(init).toMatchObject({ code: 5, kind: 'UnsafeSetup' })
    expect(init.message).toContain(path)
    const fixed = await victim.kitty('doctor', '--fix', '--json')
    expect(fixed.code).not.toBe(0)
    expect(fixed.stdout).toContain(path)
    await victim.kitty('agent', 'tasks', 'note', 'WP01', 'x')
    expect(victim.changedOutside()).toEqual([])
    expect(lstatSync(victim.path(path)).isSymbolicLink()).toBe(true)
  })

  it('to a file that is not there yet: it is not created', async () => {
    const victim = await Victim.make()
    linkInPlace(victim, '.gitattributes', join(victim.outside, 'new'))
    expect(await victim.refusal('init')).toMatchObject({ code: 5, kind: 'UnsafeSetup' })
    await victim.kitty('doctor', '--fix')
    expect(victim.changedOutside()).toEqual([])
  })
})

describe('a link in place of definitions', () => {
  const WRITES: readonly (readonly string[])[] = [
    ['agent', 'tasks', 'move-task', 'WP01', '--to', 'doing', '--feature', FEATURE],
    ['agent', 'tasks', 'mark-status', 'T011', '--status', 'done', '--feature', FEATURE],
    ['agent', 'feature', 'setup-spec', 'another'],
    ['agent', 'feature', 'setup-spec', FEATURE],
    ['agent', 'feature', 'finalize-tasks', '--all'],
    ['sync'],
    ['doctor', '--fix'],
    ['new', 'More', '--feature', FEATURE],
  ]

  it.each([TASKS, `kitty-specs/${FEATURE}`, `${TASKS}/WP01-part.md`])(
    '%s: nothing outside changes, and another feature works',
    async (path) => {
      const victim = await Victim.make()
      await withOtherFeature(victim)
      linkInPlace(victim, path)
      for (const args of WRITES) {
        const { code } = await victim.kitty(...args)
        expect([0, 1, 2, 3, 5], args.join(' ')).toContain(code)
      }
      expect(victim.changedOutside()).toEqual([])
      await victim.done('agent', 'tasks', 'move-task', 'WP01', '--to', 'doing', '--feature', '002-other')
      expect(victim.read('kitty-specs/002-other/tasks/WP01-part.md')).toContain('lane: doing')
      await victim.done('status')
    },
  )

  it('kitty-specs itself: every command that needs it is refused with the way out, completion shows nothing of it', async () => {
    const victim = await Victim.make()
    linkInPlace(victim, 'kitty-specs')
    mkdirSync(join(victim.outside, 'taken', '009-private'))
    victim.remember()
    for (const args of WRITES) await victim.kitty(...args)
    expect(victim.changedOutside()).toEqual([])
    const refused = await victim.refusal('agent', 'feature', 'setup-spec', 'another')
    expect(refused).toMatchObject({ code: 5, kind: 'UnsafeSetup' })
    expect(JSON.stringify(refused.next_steps)).toContain('git mv')
    const completed = await victim.kitty(
      'autocomplete',
      'words',
      '--',
      'agent',
      'tasks',
      'list',
      '--feature',
      '',
    )
    expect(completed.stdout).not.toContain('009-private')
  })
})

describe('a link among worktrees', () => {
  it.each(['001-demo-WP03', '..', '../../outside'])('to %s lends WP01 nothing', async (to) => {
    const victim = await Victim.make()
    await victim.done('implement', 'WP03')
    symlinkSync(to, victim.path('.worktrees', `${FEATURE}-WP01`))
    victim.remember()
    const refused = await victim.refusal('implement', 'WP01')
    expect(refused.code).not.toBe(0)
    expect(refused.message).toContain(`${FEATURE}-WP01`)
    for (const args of [
      ['agent', 'workspaces', 'remove', 'WP01'],
      ['agent', 'workspaces', 'remove', 'WP01', '--force'],
    ]) {
      expect((await victim.kitty(...args)).code).not.toBe(0)
    }
    await victim.kitty('doctor', '--fix')
    expect(existsSync(victim.path('.worktrees', `${FEATURE}-WP03`, '.git'))).toBe(true)
    expect(victim.changedOutside()).toEqual([])
    expect((await victim.lanes())['WP01']).toBe('planned')
  })
})

describe('something endless or huge in place of a small file', () => {
  it('config.json that leads to /dev/zero keeps neither Tab nor a command waiting', async () => {
    const victim = await Victim.make()
    rmSync(victim.path('.kittify/config.json'), { force: true })
    symlinkSync('/dev/zero', victim.path('.kittify/config.json'))
    for (const args of [
      ['autocomplete', 'words', '--', 'agent', 'tasks', 'move-task', ''],
      ['status'],
      ['doctor'],
      ['move', 'WP01', 'doing'],
    ]) {
      const ran = await victim.kitty(...args)
      expectBounded(ran)
    }
  })

  it.each([
    ['.kittify/config.json', 500],
    ['.gitattributes', 400],
    [`${TASKS}/WP01-part.md`, 300],
  ])('%s of %d MB is named and not read', async (path, megabytes) => {
    const victim = await Victim.make()
    // Sparse: it costs the test nothing, and a reader its whole size.
    execFileSync('truncate', ['--size', `${megabytes}M`, victim.path(path)])
    let said = ''
    for (const args of [['status'], ['doctor'], ['sync'], ['move', 'WP01', 'doing']]) {
      const ran = await victim.kitty(...args)
      said += ran.stdout + ran.stderr
      expectBounded(ran)
    }
    expect(said).toContain(path.split('/').at(-1))
  })

  it('a FIFO in place of a file holds no command', async () => {
    for (const path of [
      '.kittify/config.json',
      '.gitattributes',
      `${TASKS}/WP01-part.md`,
      '.kittify/events/2026-11-22.jsonl',
    ]) {
      const victim = await Victim.make()
      rmSync(victim.path(path), { force: true })
      execFileSync('mkfifo', [victim.path(path)])
      for (const args of [['status'], ['doctor'], ['move', 'WP01', 'doing']]) {
        expectBounded(await victim.kitty(...args))
      }
    }
  })
})

describe('one link among 400 packages', () => {
  it('leaves every other package as it is', async () => {
    const victim = await Victim.make()
    for (let at = 4; at <= 400; at += 1) {
      const id = `WP${String(at).padStart(2, '0')}`
      victim.write(`${TASKS}/${id}-part.md`, packageText(id))
    }
    await victim.done('agent', 'feature', 'finalize-tasks', '--feature', FEATURE)
    renameSync(victim.path(TASKS, 'WP07-part.md'), join(victim.outside, 'WP07-part.md'))
    symlinkSync(join(victim.outside, 'WP07-part.md'), victim.path(TASKS, 'WP07-part.md'))
    victim.remember()
    await victim.done('status')
    await victim.done('agent', 'tasks', 'move-task', 'WP300', '--to', 'doing')
    expect(victim.read(`${TASKS}/WP300-part.md`)).toContain('lane: doing')
    const { work_package } = await victim.json('show', 'WP07')
    expect(JSON.stringify(work_package)).toContain('unreadable')
    expect(victim.changedOutside()).toEqual([])
  })
})

describe('modes of what kitty writes', () => {
  it.each([0o000, 0o022, 0o077])('follow a umask of %o, and the lock is its owner’s', async (umask) => {
    const victim = await Victim.make()
    rmSync(victim.path('.kittify'), { recursive: true })
    rmSync(victim.path('.git', 'kitty'), { recursive: true })
    unlinkSync(victim.path('.gitattributes'))
    // Git would restore them, with modes of its own.
    victim.commitAll('without kitty')
    expect((await victim.kittyWith({ umask }, 'init')).code).toBe(0)
    await victim.kittyWith({ umask }, 'agent', 'feature', 'finalize-tasks', '--all')
    await victim.kittyWith({ umask }, 'new', 'More')
    await victim.kittyWith({ umask }, 'move', 'WP01', 'doing')
    const mode = (path: string): number => statSync(victim.path(path)).mode & 0o777
    for (const path of ['.gitattributes', '.kittify/.gitignore', `${TASKS}/WP04-more.md`]) {
      expect(mode(path), path).toBe(0o644 & ~umask)
    }
    expect(mode('.git/kitty/lock')).toBe(0o600)
    expect(mode('.git/kitty/index-guard')).toBe(0o600)
  })

  it('let the group in where core.sharedRepository says so', async () => {
    const victim = await Victim.make()
    victim.git('config', 'core.sharedRepository', 'group')
    rmSync(victim.path('.git', 'kitty'), { recursive: true })
    await victim.kittyWith({ umask: 0o022 }, 'note', 'WP01', 'x')
    expect(statSync(victim.path('.git/kitty/lock')).mode & 0o777).toBe(0o660)
    rmSync(victim.path('.gitattributes'))
    await victim.kittyWith({ umask: 0o022 }, 'init')
    expect(statSync(victim.path('.gitattributes')).mode & 0o777).toBe(0o664)
  })

  it('a replaced file keeps its mode', async () => {
    const victim = await Victim.make()
    const path = victim.path(TASKS, 'WP01-part.md')
    writeFileSync(path, readFileSync(path), { mode: 0o640 })
    execFileSync('chmod', ['640', path])
    await victim.done('move', 'WP01', 'doing')
    expect(readFileSync(path, 'utf8')).toContain('lane: doing')
    expect(statSync(path).mode & 0o777).toBe(0o640)
  })
})
