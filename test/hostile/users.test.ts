import { execFileSync, spawn } from 'node:child_process'
import { chmodSync, chownSync, existsSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { failureIn } from '../support/program.js'
import { FEATURE, IS_ROOT, Victim } from './support/victim.js'

const OTHER = 1000
const THIRD = 501
const UNPRIVILEGED = 65534

function giveTo(victim: Victim, uid: number): void {
  execFileSync('chown', ['-R', `${uid}:${uid}`, victim.root, victim.home])
  chmodSync(victim.folder, 0o755)
}

if (!IS_ROOT) process.stderr.write('skipped, needs root: repositories of several users\n')

describe.runIf(IS_ROOT)('a repository of another user', () => {
  it('above the current folder is refused, as git refuses it', async () => {
    const victim = await Victim.make()
    giveTo(victim, OTHER)
    mkdirSync(victim.path('deep', 'down'), { recursive: true })
    for (const uid of [UNPRIVILEGED, THIRD]) {
      const cwd = victim.path('deep', 'down')
      const home = join(victim.folder, `home-${uid}`)
      mkdirSync(home)
      chownSync(home, uid, uid)
      for (const args of [['status'], ['note', 'WP01', 'x'], ['init']]) {
        const ran = await victim.kittyWith({ uid, cwd, env: { HOME: home } }, ...args, '--json')
        expect(ran.code, args.join(' ')).toBe(5)
        expect(failureIn(ran)).toMatchObject({
          kind: 'UnsafeSetup',
          next_steps: [{ argv: ['git', 'config', '--global', '--add', 'safe.directory', victim.root] }],
        })
      }
      const completed = await victim.kittyWith(
        { uid, cwd, env: { HOME: home } },
        'autocomplete',
        'words',
        '--',
        'show',
        '',
      )
      expect(completed.stderr).toBe('')
      expect(completed.stdout).not.toContain('WP01')
    }
  })

  it('where root writes with safe.directory, stays its owner’s', async () => {
    const victim = await Victim.make()
    giveTo(victim, OTHER)
    const trusted = {
      GIT_CONFIG_COUNT: '1',
      GIT_CONFIG_KEY_0: 'safe.directory',
      GIT_CONFIG_VALUE_0: victim.root,
    }
    rmSync(victim.path('.git', 'kitty'), { recursive: true })
    for (const args of [
      ['note', 'WP01', 'of root'],
      ['new', 'More'],
      ['move', 'WP01', 'doing'],
      ['agent', 'events', 'archive'],
    ]) {
      const ran = await victim.kittyWith({ env: trusted }, ...args)
      expect(ran.code, `${args.join(' ')}: ${ran.stderr}`).toBe(0)
    }
    const foreign = execFileSync('find', [victim.root, '-not', '-uid', String(OTHER)], { encoding: 'utf8' })
    expect(foreign).toBe('')
    for (const args of [['note', 'WP01', 'of its owner'], ['status'], ['move', 'WP02', 'doing']]) {
      const ran = await victim.kittyWith({ uid: OTHER }, ...args)
      expect(ran.code, `${args.join(' ')}: ${ran.stderr}`).toBe(0)
    }
  })

  it('who shares it through a mount and not in git: a refusal names the owner and the remedy', async () => {
    const victim = await Victim.make()
    giveTo(victim, OTHER)
    await victim.kittyWith({ uid: OTHER }, 'note', 'WP01', 'x')
    // As with a folder of one machine mounted in another, where git has been told to trust it.
    execFileSync('chmod', ['-R', 'o+rX', victim.root])
    chmodSync(victim.path('.git', 'kitty', 'lock'), 0o600)
    chmodSync(victim.path('.git', 'kitty', 'index-guard'), 0o600)
    const home = join(victim.folder, 'home-501')
    mkdirSync(home)
    chownSync(home, THIRD, THIRD)
    const env = {
      HOME: home,
      GIT_CONFIG_COUNT: '1',
      GIT_CONFIG_KEY_0: 'safe.directory',
      GIT_CONFIG_VALUE_0: victim.root,
    }
    const read = await victim.kittyWith({ uid: THIRD, env }, 'status')
    expect(read.code, read.stderr).toBe(0)
    expect(read.stdout).toContain('WP01')
    const write = await victim.kittyWith({ uid: THIRD, env }, 'note', 'WP01', 'y', '--json')
    expect(write.code).not.toBe(0)
    expect(write.stdout).toContain('core.sharedRepository')
    expect(write.stdout).toContain(String(OTHER))
  })

  it('cannot be held by a user who may only read it', async () => {
    const victim = await Victim.make()
    await victim.done('note', 'WP01', 'x')
    execFileSync('chmod', ['-R', 'o+rX', victim.folder])
    await victim.done('note', 'WP01', 'y')
    const locks = ['lock', 'index-guard'].map((name) => victim.path('.git', 'kitty', name))
    for (const path of locks) expect(statSync(path).mode & 0o077).toBe(0)
    const holder = `
      const fs = require('fs')
      for (const path of ${JSON.stringify(locks)}) {
        try { fs.openSync(path, 'r'); console.log('opened ' + path) } catch (error) { console.log(error.code) }
      }`
    const said = execFileSync(process.execPath, ['-e', holder], {
      uid: UNPRIVILEGED,
      gid: UNPRIVILEGED,
      encoding: 'utf8',
      cwd: '/',
    })
    expect(said.trim().split('\n')).toEqual(['EACCES', 'EACCES'])
  })
})

describe('who holds the lock', () => {
  it.each([
    [
      'on another machine',
      { pid: process.pid, purpose: 'sync', since: '2020-01-01T00:00:00.000Z', place: 'elsewhere pid:[1]' },
    ],
    [
      'of a process that has ended',
      { pid: 999_999_999, purpose: 'sync', since: '2020-01-01T00:00:00.000Z', place: '' },
    ],
    ['that is no record', 'kill -9 1; rm -rf /'],
  ])('a record %s blames no process here', async (_, record) => {
    const victim = await Victim.make()
    await victim.done('note', 'WP01', 'x')
    const lock = victim.path('.git', 'kitty', 'lock')
    const holder = `
      const { openSync, writeSync } = require('node:fs')
      const fd = openSync(${JSON.stringify(lock)}, 'r+')
      if (!require('fs-native-extensions').tryLock(fd)) process.exit(1)
      writeSync(fd, ${JSON.stringify(JSON.stringify(record).padEnd(255))} + '\\n', 0)
      console.log('held')
      setTimeout(() => undefined, 60_000)`
    const held = spawn(process.execPath, ['-e', holder], {
      stdio: ['ignore', 'pipe', 'inherit'],
      cwd: import.meta.dirname,
    })
    try {
      await new Promise((resolve) => held.stdout.once('data', resolve))
      const ran = await victim.kittyWith(
        { env: { KITTY_LOCK_TIMEOUT_MS: '200' } },
        'note',
        'WP01',
        'y',
        '--json',
      )
      expect(ran.code).toBe(4)
      const { message, context } = failureIn(ran)
      expect(message).toMatch(
        /^(a process on another machine or in another container|another process) has held/,
      )
      expect(context['holder']).toBeNull()
    } finally {
      held.kill()
    }
  })
})

describe.runIf(IS_ROOT)('a git directory that cannot be written', () => {
  it('is read, with the index in memory, and one notice', async () => {
    const victim = await Victim.make()
    giveTo(victim, OTHER)
    rmSync(victim.path('.git', 'kitty'), { recursive: true })
    rmSync(victim.path('.kittify', 'events', 'index.db'), { force: true })
    execFileSync('chmod', ['-R', 'a-w', victim.path('.git')])
    execFileSync('chmod', ['-R', 'a-w', victim.path('.kittify')])
    const before = readdirSync(victim.path('.kittify', 'events'))
    for (const args of [
      ['status'],
      ['list'],
      ['show', 'WP01'],
      ['agent', 'events', 'list', '--feature', FEATURE],
    ]) {
      const ran = await victim.kittyWith({ uid: OTHER }, ...args)
      expect(ran.code, `${args.join(' ')}: ${ran.stderr}`).toBe(0)
      expect(ran.stdout).toContain('WP01')
      expect(ran.stderr.split('\n').filter(Boolean).length, ran.stderr).toBeLessThanOrEqual(1)
    }
    expect(readdirSync(victim.path('.kittify', 'events'))).toEqual(before)
    expect(existsSync(victim.path('.git', 'kitty'))).toBe(false)
  })
})
