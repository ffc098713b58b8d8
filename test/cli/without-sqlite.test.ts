import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { tempFolder } from '../support/temp-folder.js'
import { gitIn } from '../support/temp-repository.js'

const ROOT = join(import.meta.dirname, '../..')

/** The program as an installation leaves it where sqlite3 could not be installed. */
function installation(): string {
  const folder = tempFolder()
  for (const part of ['bin', 'dist', 'package.json', 'oclif.manifest.json'])
    cpSync(join(ROOT, part), join(folder, part), { recursive: true })
  mkdirSync(join(folder, 'node_modules'))
  for (const name of readdirSync(join(ROOT, 'node_modules')))
    if (name !== 'sqlite3' && name !== 'typeorm' && !name.startsWith('.'))
      symlinkSync(join(ROOT, 'node_modules', name), join(folder, 'node_modules', name))
  return folder
}

describe('without the native module of SQLite', () => {
  it('every command works from the log, and a notice comes once', () => {
    const run = join(installation(), 'bin/run.js')
    const root = tempFolder()
    const home = tempFolder()
    gitIn(root, 'init', '--quiet')
    const { PATH = '' } = process.env
    const kitty = (...args: string[]): { stdout: string; stderr: string } => {
      const done = spawnSync(process.execPath, [run, ...args], {
        cwd: root,
        encoding: 'utf8',
        env: { PATH, HOME: home, KITTY_ACTOR: 'ada' },
      })
      expect([args, done.status, done.stderr]).toEqual([args, 0, done.stderr])
      return done
    }
    const said = [
      kitty('init'),
      kitty('agent', 'feature', 'setup-spec', 'login'),
      kitty('status'),
      kitty('agent', 'events', 'list'),
      kitty('agent', 'events', 'verify'),
      kitty('status', '--json'),
    ]
    const notices = said.flatMap(({ stderr }) => stderr.match(/The log is read directly[^\n]*/g) ?? [])
    expect(notices).toHaveLength(1)
    expect(notices[0]).toMatch(/SQLite module cannot be loaded .*npm install -g kittify --include optional$/)
    expect(said[2]?.stdout).toContain('001-login')
    expect(JSON.parse(said[5]?.stdout ?? '')).toMatchObject({ warnings: [] })
    expect(existsSync(join(root, '.kittify/events/index.db'))).toBe(false)
    // An installation with SQLite had left one, with what is redacted here.
    writeFileSync(join(root, '.kittify/events/index.db'), 'a title')
    const { events } = JSON.parse(kitty('agent', 'events', 'list', '--json').stdout) as {
      events: readonly { event_id: string }[]
    }
    expect(
      kitty('agent', 'events', 'redact', events[0]?.event_id ?? '', '--reason', 'a name').stdout,
    ).toContain('edacted')
    expect(existsSync(join(root, '.kittify/events/index.db'))).toBe(false)
    rmSync(join(root, '.git/kitty/sqlite-notice'))
    expect(kitty('status').stderr).toContain('The log is read directly')
  })
})
