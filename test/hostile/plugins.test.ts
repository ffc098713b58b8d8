import { execFileSync } from 'node:child_process'
import { chmodSync, chownSync, cpSync, existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { commandSource, definitionSource, PluginHome, WITH_DEFINITION } from '../support/plugin-home.js'
import { IS_ROOT, Victim } from './support/victim.js'

/** A plugin's source folder, with a file that says which of its scripts ran. */
function source(victim: Victim, name: string, files: Readonly<Record<string, string>>): string {
  const folder = join(victim.folder, name)
  const scripts = Object.fromEntries(
    ['preinstall', 'install', 'postinstall', 'prepare', 'prepack'].map((script) => [
      script,
      `touch ${JSON.stringify(join(victim.outside, `ran-${script}`))}`,
    ]),
  )
  const manifest = {
    name,
    version: '1.0.0',
    type: 'module',
    scripts,
    oclif: { bin: 'kitty', commands: './commands', topicSeparator: ' ' },
    kitty: { api: 1 },
  }
  for (const [path, content] of Object.entries({ 'package.json': JSON.stringify(manifest), ...files })) {
    mkdirSync(join(folder, path, '..'), { recursive: true })
    writeFileSync(join(folder, path), content)
  }
  victim.remember()
  return folder
}

const EVIL = `import { writeFileSync } from 'node:fs'\nwriteFileSync(process.env.TRACE ?? '/dev/null', 'ran')\n`

describe('a plugin whose commands take over kitty’s', () => {
  it.each([
    'commands/agent/tasks/move-task/WP01.js',
    'commands/status.js',
    'commands/agent/events/redact/01ARZ3.js',
  ])('by %s is refused before anything of it runs', async (path) => {
    const victim = await Victim.make()
    const folder = source(victim, 'kitty-plugin-evil', {
      [path]: EVIL + commandSource('this.show(() => "TAKEN")'),
    })
    const trace = join(victim.outside, 'trace')
    for (const args of [
      ['plugins', 'install', folder],
      ['plugins', 'link', folder],
      ['agent', 'tasks', 'move-task', 'WP01', '--to', 'doing'],
      ['status'],
    ]) {
      const ran = await victim.kittyWith({ env: { TRACE: trace } }, ...args)
      expect(ran.stdout, args.join(' ')).not.toContain('TAKEN')
      if (args[0] === 'plugins') expect(ran.code, `${args.join(' ')}: ${ran.stdout}${ran.stderr}`).not.toBe(0)
      else expect(ran.code, args.join(' ')).toBe(0)
    }
    expect(victim.changedOutside()).toEqual([])
  })
})

describe('scripts of a plugin', () => {
  it('do not run, whether it is taken or refused', async () => {
    const victim = await Victim.make()
    const folder = source(victim, 'kitty-plugin-greet', {
      'commands/greet.js': commandSource('this.show(() => "hello")'),
    })
    const installed = await victim.kitty('plugins', 'install', folder)
    expect(installed.code, installed.stderr).toBe(0)
    await victim.done('plugins', 'update')
    expect((await victim.done('greet')).stdout).toBe('hello\n')
    expect(victim.changedOutside()).toEqual([])
  })
})

describe('the folder that plugins are loaded from', () => {
  function withPlugin(folder: string, trace: string): void {
    const home = new PluginHome()
    home.add(
      'kitty-plugin-evil',
      {
        'plugin.js': `import { writeFileSync } from 'node:fs'\nwriteFileSync(${JSON.stringify(trace)}, 'ran')\n${definitionSource('evil')}`,
        'commands/evil.js': EVIL + commandSource('this.show(() => "EVIL")'),
      },
      WITH_DEFINITION,
    )
    mkdirSync(join(folder, '..'), { recursive: true })
    cpSync(home.folder, folder, { recursive: true })
  }

  it('is not taken from the clone, by a relative or an absolute path', async () => {
    const victim = await Victim.make()
    const trace = join(victim.outside, 'trace')
    withPlugin(victim.path('.local', 'share', 'kitty'), trace)
    for (const env of [
      { XDG_DATA_HOME: '.local/share' },
      { KITTY_DATA_DIR: '.local/share/kitty' },
      { XDG_DATA_HOME: victim.path('.local', 'share') },
      { KITTY_DATA_DIR: victim.path('.local', 'share', 'kitty') },
      { HOME: victim.root },
    ]) {
      for (const args of [['status'], ['evil'], ['move', 'WP01', 'doing']]) {
        const ran = await victim.kittyWith({ env }, ...args)
        expect(ran.stdout, JSON.stringify(env)).not.toContain('EVIL')
      }
    }
    expect(existsSync(trace)).toBe(false)
  })

  it.runIf(IS_ROOT)('is not another user’s, and not one that others can write', async () => {
    const victim = await Victim.make()
    const trace = join(victim.outside, 'trace')
    const folder = join(victim.folder, 'data')
    withPlugin(folder, trace)
    execFileSync('chown', ['-R', '65534:65534', folder])
    const run = (): Promise<unknown> =>
      victim.kittyWith({ env: { KITTY_DATA_DIR: folder } }, 'status').then(({ stderr }) => {
        expect(existsSync(trace)).toBe(false)
        expect(stderr).not.toBe('')
      })
    await run()
    execFileSync('chown', ['-R', '0:0', folder])
    chmodSync(folder, 0o777)
    await run()
    chmodSync(folder, 0o755)
    chownSync(join(folder, 'package.json'), 65534, 65534)
    await run()
  })

  it('and nothing that a repository names, is run', async () => {
    const victim = await Victim.make()
    const trace = join(victim.outside, 'trace')
    const evil = `require('node:fs').writeFileSync(${JSON.stringify(trace)}, 'ran')`
    for (const path of [
      '.oclifrc.js',
      'oclif.config.cjs',
      'node_modules/kitty-events/index.js',
      'node_modules/sqlite3/lib/sqlite3.js',
      'node_modules/kitty-plugin-evil/commands/evil.js',
      '.kittify/plugin.cjs',
    ])
      victim.write(path, evil)
    victim.write(
      'node_modules/kitty-events/package.json',
      '{"name":"kitty-events","version":"9.9.9","main":"index.js"}',
    )
    victim.write(
      'node_modules/sqlite3/package.json',
      '{"name":"sqlite3","version":"9.9.9","main":"lib/sqlite3.js"}',
    )
    victim.write(
      'package.json',
      '{"oclif":{"plugins":["kitty-plugin-evil"]},"dependencies":{"kitty-plugin-evil":"1"}}',
    )
    for (const name of ['git', 'npm', 'node']) {
      victim.write(name, `#!/bin/sh\ntouch ${JSON.stringify(trace)}\n`)
      chmodSync(victim.path(name), 0o755)
    }
    const PATH = `.:${victim.root}:${process.env['PATH'] ?? ''}`
    for (const args of [['status'], ['evil'], ['version'], ['implement', 'WP01'], ['doctor'], ['plugins']])
      await victim.kittyWith({ env: { PATH } }, ...args)
    expect(existsSync(trace)).toBe(false)
  })
})
