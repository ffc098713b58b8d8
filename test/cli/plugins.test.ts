import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Config } from '@oclif/core'
import { describe, expect, it } from 'vitest'
import { dataFolder } from '../../src/core/plugin/host/data-folder.js'
import { commandSource, definitionSource, PluginHome, WITH_DEFINITION } from '../support/plugin-home.js'
import { tempFolder } from '../support/temp-folder.js'
import { TempRepository } from '../support/temp-repository.js'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

function repository(): TempRepository {
  const made = new TempRepository()
  made.initKitty()
  return made
}

/** Puts a copy of this program's code into a plugin's own node_modules, as a package manager would. */
function ownCopy(plugin: string, changeApi?: (source: string) => string): void {
  const copy = join(plugin, 'node_modules', 'kittify')
  for (const part of ['dist', 'package.json']) cpSync(join(ROOT, part), join(copy, part), { recursive: true })
  mkdirSync(join(copy, 'node_modules'))
  for (const name of readdirSync(join(ROOT, 'node_modules')))
    symlinkSync(join(ROOT, 'node_modules', name), join(copy, 'node_modules', name))
  if (changeApi === undefined) return
  const file = join(copy, 'dist/core/plugin/api-version.js')
  writeFileSync(file, changeApi(readFileSync(file, 'utf8')))
}

const NOTE = `{ event_type: 'NoteAdded', entity_id: 'WP01', entity_type: 'WorkPackage', payload: { feature_slug: '001-login', text: 'from a plugin' } }`
const EMIT = `const [event] = await this.eventStore.emit([${NOTE}], { actor: 'ada', causationId: null, correlationId: null })
    this.show(() => 'wrote ' + event.payload.text)
    return this.document({ event })`

describe('where plugins are kept', () => {
  it('is where oclif keeps them', async () => {
    const config = await Config.load({ root: ROOT, userPlugins: false, devPlugins: false })
    expect(dataFolder(process.env)).toBe(config.dataDir)
    expect(dataFolder({ KITTY_DATA_DIR: '/there' })).toBe('/there')
    expect(dataFolder({ XDG_DATA_HOME: '/data', HOME: '/home/ada' }, 'linux')).toBe('/data/kitty')
    expect(dataFolder({ HOME: '/home/ada' }, 'linux')).toBe('/home/ada/.local/share/kitty')
  })
})

describe("a plugin's command", () => {
  it("gets the program's own services through both decorators, and its events are the log's", () => {
    const home = new PluginHome()
    home.add('kitty-plugin-noter', { 'commands/noter.js': commandSource(EMIT) })
    const { root } = repository()
    expect(home.kitty(root, 'noter')).toMatchObject({ code: 0, stdout: 'wrote from a plugin\n' })
    const listed = JSON.parse(home.kitty(root, 'agent', 'events', 'list', '--json').stdout) as {
      events: unknown[]
    }
    expect(listed.events).toHaveLength(1)
    expect(home.kitty(root, '--help').stdout).toContain('noter')
  })

  it("gets them from its own copy of the packages as well, and its errors are kitty's", () => {
    const home = new PluginHome()
    const refuse = `throw new KittyError('GateFailure', 'the copy says no', { nextSteps: ['ask it again'] })`
    const plugin = home.add('kitty-plugin-copy', {
      'commands/copy/note.js': commandSource(EMIT),
      'commands/copy/refuse.js': commandSource(refuse),
    })
    ownCopy(plugin)
    const { root } = repository()
    expect(home.kitty(root, 'copy', 'note')).toMatchObject({ code: 0, stdout: 'wrote from a plugin\n' })
    const refused = home.kitty(root, 'copy', 'refuse')
    expect(refused.code).toBe(1)
    expect(refused.stderr).toContain('the copy says no')
    expect(refused.stderr).toContain('ask it again')
    const errors = readdirSync(join(root, '.kittify/errors')).map((file) =>
      readFileSync(join(root, '.kittify/errors', file), 'utf8'),
    )
    expect(errors.join('')).toContain('the copy says no')
  })

  it('is refused when its copy speaks another plugin API, and both versions are named', () => {
    const home = new PluginHome()
    const plugin = home.add('kitty-plugin-future', { 'commands/future.js': commandSource(EMIT) })
    ownCopy(plugin, (source) => source.replace('API_VERSION = 1', 'API_VERSION = 2'))
    const done = home.kitty(repository().root, 'future')
    expect(done.code).toBe(5)
    expect(done.stderr).toContain('kitty-plugin-future was made for plugin API 2')
    expect(done.stderr).toContain('speaks plugin API 1')
  })
})

describe('event types of a plugin', () => {
  const TYPES = `[defineEventType({ type: 'x.counter.Counted', version: 2, schema: schema.object({ feature_slug: schema.nonEmpty(200), count: schema.int({ min: 1 }) }), upcasters: { 1: ({ n, ...rest }) => ({ ...rest, count: n }) } })]`
  const emit = (count: string): string =>
    `await this.eventStore.emit([{ event_type: 'x.counter.Counted', entity_id: '001-login', entity_type: 'FeatureSpec', payload: { feature_slug: '001-login', count: ${count} } }], { actor: 'ada', causationId: null, correlationId: null })`
  function counting(): PluginHome {
    const home = new PluginHome()
    home.add(
      'kitty-plugin-counter',
      {
        'plugin.js': definitionSource('counter', { types: TYPES }),
        'commands/counter/good.js': commandSource(emit('3')),
        'commands/counter/bad.js': commandSource(emit('0')),
        'commands/counter/read.js': commandSource(
          `const events = await this.eventStore.read({ type: 'x.counter.Counted' }); return this.document({ counts: events.map((e) => e.payload.count) })`,
        ),
      },
      WITH_DEFINITION,
    )
    return home
  }

  it('are checked when written, brought up to date when read, and kept without the plugin', () => {
    const home = counting()
    const { root } = repository()
    expect(home.kitty(root, 'counter', 'good').code).toBe(0)
    const bad = home.kitty(root, 'counter', 'bad')
    expect(bad.code).toBe(1)
    expect(bad.stderr).toMatch(/count .*must be from 1/)
    const [file = ''] = readdirSync(join(root, '.kittify/events')).filter((name) => name.endsWith('.jsonl'))
    const path = join(root, '.kittify/events', file)
    writeFileSync(
      path,
      readFileSync(path, 'utf8')
        .replace('"event_version":2', '"event_version":1')
        .replace('"count":3', '"n":4'),
    )
    expect(JSON.parse(home.kitty(root, 'counter', 'read', '--json').stdout)).toMatchObject({ counts: [4] })
    const without = new PluginHome().kitty(root, 'agent', 'events', 'list', '--json')
    expect(JSON.parse(without.stdout)).toMatchObject({
      events: [{ event_type: 'x.counter.Counted', payload: { n: 4 } }],
    })
  })

  it('are a notice and no problem to a teammate without the plugin', () => {
    const { root } = repository()
    expect(counting().kitty(root, 'counter', 'good').code).toBe(0)
    const teammate = new PluginHome()
    const verified = teammate.kitty(root, 'agent', 'events', 'verify', '--json')
    expect(verified.code).toBe(0)
    expect(JSON.parse(verified.stdout)).toMatchObject({
      problems: [],
      notices: [{ kind: 'unknown_type', line: 1 }],
    })
    const { code, stdout } = teammate.kitty(root, 'agent', 'events', 'verify')
    expect(code).toBe(0)
    expect(stdout).toMatch(
      /:1: unknown_type: .*x\.counter\.Counted.* the plugin counter, which is not installed here/,
    )
    expect(stdout).toContain('ok 1 event in 1 file, no problems')
    const doctor = teammate.kitty(root, 'doctor', '--json')
    const { checks } = JSON.parse(doctor.stdout) as { checks: { name: string; ok: boolean }[] }
    expect(checks.find(({ name }) => name === 'unknown-types')).toMatchObject({ ok: true })
    expect(teammate.kitty(root, 'status').code).toBe(0)
  })

  it('stay in the log once while the plugin that is installed cannot read them', () => {
    const { root } = repository()
    expect(counting().kitty(root, 'counter', 'good').code).toBe(0)
    const stricter = new PluginHome()
    const types = TYPES.replace('min: 1', 'min: 10')
    stricter.add(
      'kitty-plugin-counter',
      { 'plugin.js': definitionSource('counter', { types }) },
      WITH_DEFINITION,
    )
    const [file = ''] = readdirSync(join(root, '.kittify/events')).filter((name) => name.endsWith('.jsonl'))
    const before = readFileSync(join(root, '.kittify/events', file), 'utf8')
    for (const words of [
      ['status'],
      ['agent', 'events', 'rebuild-index'],
      ['status'],
      ['agent', 'events', 'list'],
      ['doctor'],
    ])
      expect(stricter.kitty(root, ...words).stderr).not.toContain('Restored')
    const verified = stricter.kitty(root, 'agent', 'events', 'verify', '--json').stdout
    const { problems } = JSON.parse(verified) as { problems: { kind: string }[] }
    expect(problems.map(({ kind }) => kind)).toEqual(['bad_payload'])
    expect(readFileSync(join(root, '.kittify/events', file), 'utf8')).toBe(before)
    const read = counting().kitty(root, 'counter', 'read', '--json').stdout
    expect(JSON.parse(read)).toMatchObject({ counts: [3] })
  })
})

describe('a plugin that is broken', () => {
  it('is left out by name, and everything else works', () => {
    const home = new PluginHome()
    const trace = join(home.folder, 'trace')
    home.add('kitty-plugin-syntax', { 'commands/one.js': 'this no JavaScript' })
    home.add('kitty-plugin-throws', { 'commands/two.js': 'throw new Error("thrown while loading")' })
    home.add('kitty-plugin-exits', { 'commands/three.js': 'process.exit(7)' })
    home.add(
      'kitty-plugin-hook',
      {
        'init.js': `import { writeFileSync } from 'node:fs'\nwriteFileSync(${JSON.stringify(trace)}, ''); process.exit(8)`,
      },
      { oclif: { bin: 'kitty', hooks: { init: './init.js' } } },
    )
    home.add('kitty-plugin-definition', { 'plugin.js': 'throw new Error("no definition")' }, WITH_DEFINITION)
    home.add('kitty-plugin-plain', { 'plugin.js': 'export default {}' }, WITH_DEFINITION)
    home.add('kitty-plugin-outside', {}, { kitty: { api: 1, plugin: '../../evil.js' } })
    home.add(
      'kitty-plugin-foreign',
      {
        'plugin.js': definitionSource('foreign', {
          types: `[{ type: 'x.other.Type', version: 1, schema: schema.anyObject() }]`,
        }),
      },
      WITH_DEFINITION,
    )
    home.add('kitty-plugin-old', {}, { kitty: { api: 0 } })
    home.list({ name: 'kitty-plugin-gone', type: 'user' })
    home.list({ name: 'kitty-plugin-nowhere', type: 'link', root: '/nowhere' })
    home.list('nonsense' as unknown as object)
    home.add('kitty-plugin-good', { 'commands/good.js': commandSource('this.show(() => "still here")') })
    const { root } = repository()
    const good = home.kitty(root, 'good')
    expect(good).toMatchObject({ code: 0, stdout: 'still here\n' })
    for (const name of [
      'syntax',
      'throws',
      'exits',
      'definition',
      'plain',
      'outside',
      'foreign',
      'old',
      'gone',
      'nowhere',
    ])
      expect(good.stderr).toContain(`kitty-plugin-${name}`)
    expect(good.stderr).toContain('has 1 entry that this kitty does not know')
    expect(good.stderr).toContain('thrown while loading')
    expect(good.stderr).toContain('process.exit(7)')
    expect(good.stderr).toContain('plugin API 0; this kitty')
    expect(good.stderr).toContain('kitty plugins uninstall kitty-plugin-throws')
    expect(good.stderr).not.toMatch(/^\s+at /m)
    const status = home.kitty(root, 'status', '--json')
    expect(status.code).toBe(0)
    expect(JSON.parse(status.stdout)).toHaveProperty('features')
    expect(existsSync(trace)).toBe(false)
  }, 120_000)

  it('is given up after five seconds in which it does nothing', () => {
    const home = new PluginHome()
    home.add('kitty-plugin-waits', { 'commands/waits.js': 'await new Promise(() => undefined)' })
    const { root } = repository()
    expect(home.kitty(root, 'waits').stderr).toContain('did not load within 5 seconds')
    // kitty's own commands load no plugin's commands.
    expect(home.kitty(root, 'status')).toMatchObject({ code: 0, stderr: '' })
  })
})

describe('what kitty consists of', () => {
  it('is never replaced: the plugin is left out, and the command is named', () => {
    const home = new PluginHome()
    const other = (statics = ''): string => commandSource('this.show(() => "REPLACED")', statics)
    home.add('kitty-plugin-status', { 'commands/status.js': other() })
    home.add('kitty-plugin-alias', { 'commands/mine.js': other(`static aliases = ['agent tasks list']`) })
    home.add('kitty-plugin-hidden', { 'commands/mine2.js': other(`static hiddenAliases = ['version']`) })
    home.add('@oclif/plugin-help', { 'commands/help.js': other() })
    const { root } = repository()
    const help = home.kitty(root, 'help')
    expect(help.stderr).toContain('kitty-plugin-status was left out: it would replace kitty status.')
    expect(help.stderr).toContain('kitty-plugin-alias was left out: it would replace kitty agent tasks list.')
    expect(help.stderr).toContain('kitty-plugin-hidden was left out: it would replace kitty version.')
    expect(help.stderr).toContain('@oclif/plugin-help')
    for (const command of [['status'], ['agent', 'tasks', 'list'], ['version'], ['help']])
      expect(home.kitty(root, ...command).stdout).not.toContain('REPLACED')
  })

  it('leaves a plugin its command below kitty x where a new word takes its name, and says so once', () => {
    const home = new PluginHome()
    home.add('kitty-plugin-trello', { 'commands/board.js': commandSource('this.show(() => "OF TRELLO")') })
    const { root } = repository()
    const first = home.kitty(root, 'x', 'trello', 'board')
    expect([first.code, first.stdout]).toEqual([0, 'OF TRELLO\n'])
    expect(first.stderr).toContain(
      "kitty board is kitty's own now: the command of kitty-plugin-trello is kitty x trello board.",
    )
    const again = home.kitty(root, 'x', 'trello', 'board')
    expect([again.stdout, again.stderr]).toEqual(['OF TRELLO\n', ''])
    expect(home.kitty(root, 'board', '--help').stdout).not.toContain('TRELLO')
  })

  it('loads nothing that a repository names', () => {
    const home = new PluginHome()
    const made = repository()
    const trace = join(tempFolder(), 'trace')
    const evil = `require('node:fs').writeFileSync(${JSON.stringify(trace)}, 'ran')`
    const listed = {
      name: 'kittify',
      oclif: {
        bin: 'kitty',
        plugins: ['kitty-plugin-evil'],
        devPlugins: ['kitty-plugin-evil'],
        hooks: { init: './evil.cjs' },
      },
      dependencies: { 'kitty-plugin-evil': '1.0.0' },
    }
    for (const path of [
      'evil.cjs',
      '.oclifrc.js',
      '.oclifrc.cjs',
      'oclif.config.cjs',
      'kitty.config.js',
      '.kittify/plugin.cjs',
      'node_modules/kitty-plugin-evil/commands/evil.js',
    ])
      made.write(path, evil)
    made.write('package.json', JSON.stringify(listed))
    made.write(
      '.kittify/package.json',
      JSON.stringify({ oclif: { plugins: [{ name: 'kitty-plugin-evil', type: 'link', root: made.root }] } }),
    )
    made.write('.kittify/config.json', JSON.stringify({ plugins: ['./plugin.cjs'] }))
    made.write(
      'node_modules/kitty-plugin-evil/package.json',
      JSON.stringify({ name: 'kitty-plugin-evil', version: '1.0.0', oclif: { commands: './commands' } }),
    )
    for (const command of [['--version'], ['version'], ['status'], ['--help'], ['plugins'], ['evil']])
      home.kitty(made.root, ...command)
    expect(existsSync(trace)).toBe(false)
    rmSync(join(made.root, '.kittify/config.json'))
  })
})
