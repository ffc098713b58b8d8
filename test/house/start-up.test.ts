import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { gitIn } from '../support/temp-repository.js'
import { tempFolder } from '../support/temp-folder.js'
import { POSIX } from '../support/posix.js'

const RUN = fileURLToPath(new URL('../../bin/run.js', import.meta.url))

interface Answer {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs the built program with a home of its own. */
function kitty(cwd: string, env: Readonly<Record<string, string>>, ...args: string[]): Answer {
  const { PATH = '' } = process.env
  const { status, stdout, stderr } = spawnSync(process.execPath, [RUN, ...args], {
    cwd,
    env: { PATH, ...env },
    encoding: 'utf8',
  })
  return { status, stdout, stderr }
}

function repository(): string {
  const root = tempFolder()
  spawnSync('git', ['init', '-q', root])
  const env = { HOME: tempFolder() }
  kitty(root, env, 'init')
  kitty(root, env, 'agent', 'feature', 'setup-spec', 'login', '--actor', 'ada')
  return root
}

/** What a person can ask for, and what goes wrong: each takes another way through the start. */
const ASKED = [
  ['--version'],
  ['status'],
  ['status', '--json'],
  ['status', '--nope'],
  ['agent', 'tasks', 'show', 'WP07'],
  ['agent', 'tasks'],
  ['no-such', '--json'],
  ['--help'],
]

function answers(root: string, env: Readonly<Record<string, string>>): Answer[] {
  return ASKED.map((args) => kitty(root, env, ...args))
}

/** As `kitty plugins link` does. */
function linkPlugin(home: string, name: string, root: string): void {
  const data = join(home, '.local', 'share', 'kitty')
  mkdirSync(data, { recursive: true })
  const plugins = [{ type: 'link', name, root }]
  writeFileSync(
    join(data, 'package.json'),
    JSON.stringify({ oclif: { schema: 1, plugins }, dependencies: {} }),
  )
}

const cacheOf = (home: string): string => join(home, '.cache', 'kitty')
const filesIn = (folder: string): string[] => readdirSync(folder).map((name) => join(folder, name))

describe('however the program is started', () => {
  it('answers the same: module by module, from the bundle, and from the code of the last time', () => {
    const root = repository()
    const HOME = tempFolder()
    const plain = answers(root, { HOME: tempFolder(), KITTY_PLAIN: '1' })
    expect(answers(root, { HOME })).toEqual(plain)
    expect(answers(root, { HOME })).toEqual(plain)
    expect(plain[1]?.stdout).toContain('001-login')
  })

  it.runIf(POSIX).each([
    ['no home', () => ({})],
    ['a home where no folder can be made', () => ({ HOME: '/proc/none' })],
    ['a cache folder that is a file', () => ({ HOME: homeWith((cache) => writeFileSync(cache, '')) })],
    [
      'a cache folder someone else may write to',
      () => ({
        HOME: homeWith((cache) => {
          mkdirSync(cache)
          chmodSync(cache, 0o777)
        }),
      }),
    ],
  ])('answers the same with %s, and keeps nothing', (_, env) => {
    const root = repository()
    const given: Readonly<Record<string, string>> = env()
    const plain = kitty(root, { ...given, KITTY_PLAIN: '1' }, 'status')
    expect(kitty(root, given, 'status')).toEqual(plain)
    expect(plain.status).toBe(0)
    if (
      given['HOME'] !== undefined &&
      statSync(cacheOf(given['HOME']), { throwIfNoEntry: false })?.isDirectory()
    )
      expect(filesIn(cacheOf(given['HOME']))).toEqual([])
  })

  it('writes nothing through a cache folder that is a link', () => {
    const target = tempFolder()
    const HOME = homeWith((cache) => symlinkSync(target, cache))
    expect(kitty(repository(), { HOME }, 'status').status).toBe(0)
    expect(filesIn(target)).toEqual([])
  })

  it('takes the code of the last time again, of a command too that changes how V8 collects garbage', () => {
    const root = repository()
    writeFileSync(join(root, 'tasks.csv'), 'id,title\n1,One\n')
    gitIn(root, 'add', '.')
    gitIn(
      root,
      '-c',
      'user.name=Ada',
      '-c',
      'user.email=ada@example.org',
      'commit',
      '--quiet',
      '--message',
      'tasks',
    )
    const HOME = tempFolder()
    for (const args of [
      ['import', 'csv', 'tasks.csv', '--actor', 'ada'],
      ['agent', 'events', 'audit'],
    ]) {
      expect(kitty(root, { HOME }, ...args)).toMatchObject({ status: 0, stderr: '' })
      const files = filesIn(cacheOf(HOME)).map((file) => [file, statSync(file).ino])
      expect(kitty(root, { HOME }, ...args)).toMatchObject({ status: 0, stderr: '' })
      expect(filesIn(cacheOf(HOME)).map((file) => [file, statSync(file).ino])).toEqual(files)
    }
  })

  it.runIf(POSIX)('keeps the compiled code for its user alone', () => {
    const HOME = tempFolder()
    kitty(repository(), { HOME }, 'status')
    const [file] = filesIn(cacheOf(HOME))
    expect(statSync(cacheOf(HOME)).mode & 0o777).toBe(0o700)
    expect(statSync(file ?? '').mode & 0o777).toBe(0o600)
  })

  it.each<[string, (bytes: Buffer) => Buffer]>([
    [
      'one flipped bit',
      (bytes) => Buffer.from(bytes.map((byte, at) => (at === bytes.length >> 1 ? byte ^ 4 : byte))),
    ],
    ['a missing half', (bytes) => bytes.subarray(0, bytes.length >> 1)],
    ['no content', () => Buffer.alloc(0)],
    ['other content', () => Buffer.from('no code at all'.repeat(1000))],
  ])('survives and replaces compiled code with %s', (_, damage) => {
    const root = repository()
    const HOME = tempFolder()
    const sound = kitty(root, { HOME }, 'status')
    const [file] = filesIn(cacheOf(HOME))
    const before = readFileSync(file ?? '')
    writeFileSync(file ?? '', damage(before))
    expect(kitty(root, { HOME }, 'status')).toEqual(sound)
    expect(readFileSync(file ?? '').length).toBeGreaterThan(before.length / 2)
    expect(filesIn(cacheOf(HOME))).toHaveLength(1)
  })

  it('keeps the compiled code of each command that ended well, under its own name', () => {
    const root = repository()
    const HOME = tempFolder()
    const commandsKept = (): string[] =>
      filesIn(cacheOf(HOME)).map((file) => file.slice(file.lastIndexOf('-') + 1))
    kitty(root, { HOME }, 'status', '--nope')
    kitty(root, { HOME }, '--help')
    expect(filesIn(cacheOf(HOME))).toEqual([])
    kitty(root, { HOME }, 'status', '--json')
    kitty(root, { HOME }, 'agent', 'tasks', 'list')
    kitty(root, { HOME }, 'agent', 'events', 'list', '--limit', '1')
    expect(commandsKept().sort()).toEqual(['agent.events.list', 'agent.tasks.list', 'status'])
    const written = filesIn(cacheOf(HOME)).map((file) => statSync(file).ino)
    for (const command of [['status'], ['agent', 'tasks', 'list', '--json'], ['agent', 'tasks', '--help']])
      kitty(root, { HOME }, ...command)
    expect(filesIn(cacheOf(HOME)).map((file) => statSync(file).ino)).toEqual(written)
  })

  it('removes compiled code that is older than a month, and nothing else', () => {
    const old = `kitty.cjs-${'0'.repeat(16)}-11-x64-status`
    const young = `kitty.cjs-${'1'.repeat(16)}-11-x64-status`
    const HOME = homeWith((cache) => {
      mkdirSync(cache, { mode: 0o700 })
      for (const name of [old, young, 'notes.txt']) writeFileSync(join(cache, name), '')
      for (const name of [old, 'notes.txt'])
        utimesSync(join(cache, name), new Date(), new Date(Date.now() - 31 * 24 * 3600 * 1000))
    })
    kitty(repository(), { HOME }, 'status')
    const left = readdirSync(cacheOf(HOME))
    expect(left).toEqual(expect.arrayContaining([young, 'notes.txt']))
    expect(left).not.toContain(old)
  })

  it('looks for no compiled code outside its folder, whatever is asked for', () => {
    const root = repository()
    const HOME = tempFolder()
    for (const word of ['../../../evil', 'status/../../evil', '/etc/passwd', 'a\nb'])
      expect(kitty(root, { HOME }, word).status).toBe(2)
    expect(filesIn(cacheOf(HOME))).toEqual([])
  })

  it('runs a plugin in ESM, which finds the container of the program', () => {
    const root = repository()
    const HOME = tempFolder()
    const plugin = join(tempFolder(), 'plugin')
    mkdirSync(join(plugin, 'commands'), { recursive: true })
    const oclif = { commands: './commands', topicSeparator: ' ' }
    writeFileSync(
      join(plugin, 'package.json'),
      JSON.stringify({ name: 'greeter', version: '1.0.0', type: 'module', oclif }),
    )
    writeFileSync(
      join(plugin, 'commands', 'greet.js'),
      `export default class Greet {
        static id = 'greet'
        static async run(argv, config) {
          const container = await globalThis[Symbol.for('kitty.container.v1')]
          const store = await container.resolve(Symbol.for('kitty.EventStore.v1'))
          console.log('greetings from', (await store.features())[0].feature_slug)
        }
      }`,
    )
    linkPlugin(HOME, 'greeter', plugin)
    for (const env of [{ HOME }, { HOME }, { HOME, KITTY_PLAIN: '1' }]) {
      expect(kitty(root, env, 'greet').stdout).toBe('greetings from 001-login\n')
      expect(kitty(root, env, 'status').stdout).toContain('001-login')
    }
  })

  it('ends only when a module that waits for its end has had its turn', () => {
    const module = join(tempFolder(), 'last-words.cjs')
    writeFileSync(
      module,
      `process.once('beforeExit', () => setTimeout(() => process.stdout.write('last words\\n'), 10))`,
    )
    const { status, stdout } = kitty(
      repository(),
      { HOME: tempFolder(), NODE_OPTIONS: `--require ${module}` },
      'status',
    )
    expect([status, stdout]).toEqual([0, expect.stringMatching(/001-login[^]*last words\n$/)])
  })

  it('fails when a command waits for what never comes, instead of ending as if it had answered', () => {
    const plugin = tempFolder()
    writeFileSync(
      join(plugin, 'package.json'),
      JSON.stringify({ name: 'waiter', type: 'module', version: '1.0.0', oclif: { commands: './commands' } }),
    )
    mkdirSync(join(plugin, 'commands'))
    writeFileSync(
      join(plugin, 'commands', 'wait.js'),
      'export default class { static id = "wait"; static run() { return new Promise(() => {}) } }',
    )
    const HOME = tempFolder()
    linkPlugin(HOME, 'waiter', plugin)
    for (const env of [{ HOME }, { HOME, KITTY_PLAIN: '1' }])
      expect(kitty(repository(), env, 'wait')).toEqual({
        status: 3,
        stdout: '',
        stderr: expect.stringMatching(/^Error: kitty ended before its command did/) as string,
      })
  })

  it('names functions, sources and lines in the stack trace of KITTY_DEBUG', () => {
    const { stderr } = kitty(
      repository(),
      { HOME: tempFolder(), KITTY_DEBUG: '1' },
      'agent',
      'tasks',
      'show',
      'WP07',
    )
    expect(stderr).toMatch(
      /at .*TaskQueries\.\w+ \(.*src[\\/]core[\\/]services[\\/]board[\\/]task-queries\.ts:\d+/,
    )
  })
})

function homeWith(make: (cache: string) => void): string {
  const home = tempFolder()
  mkdirSync(join(home, '.cache'))
  make(cacheOf(home))
  return home
}
