import { execFileSync } from 'node:child_process'
import {
  cpSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { delimiter, join } from 'node:path'
import { beforeAll, describe, expect, inject, it } from 'vitest'
import { npmCommand } from './support/commands.js'
import { InstalledKitty } from './support/installation.js'

const FEATURE = '001-harbour'
const PACKAGES = Array.from({ length: 40 }, (_, at) => `WP${String(at + 1).padStart(2, '0')}`)

/** An empty repository. */
function emptyRepository(name: string): string {
  const folder = mkdtempSync(join(inject('installation').scratch, `${name}-`))
  execFileSync('git', ['init', '--quiet', '--initial-branch=main'], { cwd: folder })
  return folder
}

describe('the installed package', () => {
  const kitty = new InstalledKitty('package')

  it('works in an empty repository', () => {
    const repository = emptyRepository('empty')
    expect(kitty.ok(repository, 'init')).toContain('.kittify')
    expect(kitty.ok(repository, 'status')).toContain('Nothing here yet')
    expect(kitty.ok(repository, 'plugins')).toBeDefined()
  })

  it('carries the events library as files, and says which commit it was built with', () => {
    expect(lstatSync(join(kitty.root, 'node_modules/kitty-events')).isSymbolicLink()).toBe(false)
    const { eventsLib } = JSON.parse(readFileSync(join(kitty.root, 'package.json'), 'utf8')) as {
      eventsLib: { commit: string }
    }
    expect(kitty.ok('/', '--version').split('\n')[1]).toBe(
      `events-lib/0.1.0 (${eventsLib.commit.slice(0, 7)})`,
    )
  })

  it('holds what is needed to run, and nothing else', () => {
    const names = readdirSync(kitty.root).sort()
    expect(names).not.toContain('src')
    expect(names).not.toContain('test')
    expect(names).toEqual(expect.arrayContaining(['bin', 'dist', 'oclif.manifest.json', 'package.json']))
  })

  it('works without the native database', () => {
    const repository = emptyRepository('no-sqlite')
    const sqlite = join(kitty.root, 'node_modules/sqlite3')
    renameSync(sqlite, `${sqlite}-gone`)
    try {
      kitty.ok(repository, 'init')
      kitty.ok(repository, 'agent', 'feature', 'setup-spec', 'login')
      const status = kitty.run(repository, 'status')
      expect(status.code).toBe(0)
      expect(status.stdout).toContain('001-login')
    } finally {
      renameSync(`${sqlite}-gone`, sqlite)
    }
  })

  it('passes the checks of packages, types included', () => {
    const { clone } = inject('installation')
    const [npm, ...before] = npmCommand()
    execFileSync(npm, [...before, 'exec', '--', 'publint', 'run', '--strict', '.'], {
      cwd: clone,
      stdio: 'pipe',
    })
    const consumer = mkdtempSync(join(inject('installation').scratch, 'consumer-'))
    mkdirSync(join(consumer, 'node_modules'))
    symlinkSync(kitty.root, join(consumer, 'node_modules/kittify'), 'junction')
    writeFileSync(join(consumer, 'package.json'), '{"type":"module"}')
    writeFileSync(
      join(consumer, 'index.ts'),
      `import { openRepository } from 'kittify'
import { PluginCommand, WithEventStore } from 'kittify/plugin'
import { around, ContainerModule } from 'kittify/plugin/services'
import { Entity } from 'kittify/plugin/entities'
import { definePlugin, schema, defineEventType } from 'kittify/plugin/define'
import { eventLogContract, eventStoreContract, type EventStore, given, TemporaryWorkspace } from 'kittify/testing'
export const type = defineEventType<{ feature_slug: string; n: number }>({ type: 'x.a.B', version: 1, schema: schema.object<{ feature_slug: string; n: number }>({ feature_slug: schema.nonEmpty(), n: schema.int() }) })
// @ts-expect-error -- a payload without its number is none
type.draft({ feature_slug: '001-x' })
declare const store: EventStore
export const promises = [...eventStoreContract(() => ({ open: async () => store })), ...eventLogContract(() => { throw new Error('none') })]
export { around, ContainerModule, Entity, openRepository, PluginCommand, WithEventStore, definePlugin, given, TemporaryWorkspace }
`,
    )
    const tsc = join(clone, 'node_modules/typescript/bin/tsc')
    const options = [
      '--noEmit',
      '--strict',
      '--module',
      'NodeNext',
      '--target',
      'ES2022',
      '--experimentalDecorators',
      '--types',
      'node',
      '--typeRoots',
      join(clone, 'node_modules/@types'),
    ]
    execFileSync(process.execPath, [tsc, ...options, 'index.ts'], { cwd: consumer, stdio: 'pipe' })
  })

  it('carries the contract of its event store, for any test runner', () => {
    const consumer = mkdtempSync(join(inject('installation').scratch, 'contract-'))
    mkdirSync(join(consumer, 'node_modules'))
    symlinkSync(kitty.root, join(consumer, 'node_modules/kittify'), 'junction')
    writeFileSync(
      join(consumer, 'store.test.mjs'),
      `import { it } from 'node:test'
import { eventStoreContract, TemporaryWorkspace } from 'kittify/testing'
const promises = eventStoreContract(async () => {
  const workspace = await TemporaryWorkspace.create()
  return { open: () => workspace.openStore(), dispose: () => workspace.dispose() }
})
for (const { name, check } of promises) it(name, check)
`,
    )
    const { code, stdout } = kitty.command(kitty.env, consumer, process.execPath, '--test', 'store.test.mjs')
    expect(stdout).toMatch(/^# pass \d+$/m)
    expect(stdout).toMatch(/^# fail 0$/m)
    expect(code).toBe(0)
  })
})

describe('the example plugin', () => {
  const kitty = new InstalledKitty('example')
  /** What the command said that installed it. */
  let installed: string

  beforeAll(() => {
    const { clone, scratch } = inject('installation')
    const example = join(scratch, 'kitty-plugin-burndown')
    cpSync(join(clone, 'examples/kitty-plugin-burndown'), example, { recursive: true })
    mkdirSync(join(example, 'node_modules/@types'), { recursive: true })
    symlinkSync(kitty.root, join(example, 'node_modules/kittify'), 'junction')
    symlinkSync(
      join(clone, 'node_modules/@types/node'),
      join(example, 'node_modules/@types/node'),
      'junction',
    )
    const env = {
      ...process.env,
      PATH: `${join(clone, 'node_modules/.bin')}${delimiter}${process.env['PATH'] ?? ''}`,
    }
    const [npm, ...before] = npmCommand()
    execFileSync(npm, [...before, 'test', '--silent'], {
      cwd: example,
      env,
      stdio: ['ignore', 'ignore', 'inherit'],
    })
    execFileSync(npm, [...before, 'pack', '--silent', '--pack-destination', scratch], {
      cwd: example,
      env,
      stdio: 'ignore',
    })
    const here = mkdtempSync(join(scratch, 'somewhere-'))
    renameSync(
      join(scratch, 'kitty-plugin-burndown-1.0.0.tgz'),
      join(here, 'kitty-plugin-burndown-1.0.0.tgz'),
    )
    installed = kitty.ok(here, 'plugins', 'install', 'kitty-plugin-burndown-1.0.0.tgz')
    rmSync(here, { recursive: true })
  })

  it('is installed from its tarball by a bare path, and is there after the tarball is gone', () => {
    expect(installed).toBe(
      'kitty-plugin-burndown 1.0.0: kitty burndown, kitty burndown finished, kitty burndown goal\n',
    )
    expect(kitty.ok('/', 'plugins')).toContain('kitty-plugin-burndown 1.0.0')
    expect(kitty.ok('/', 'burndown', '--help')).toContain('Show how much work was left')
  })

  it('draws a board of forty work packages', () => {
    const repository = emptyRepository('board')
    const write = (path: string, text: string): void => {
      mkdirSync(join(repository, path, '..'), { recursive: true })
      writeFileSync(join(repository, path), text)
    }
    kitty.ok(repository, 'init')
    write(`kitty-specs/${FEATURE}/spec.md`, '# Harbour\n')
    for (const id of PACKAGES)
      write(
        `kitty-specs/${FEATURE}/tasks/${id}.md`,
        `---\nwork_package_id: ${id}\ntitle: Part ${id}\nlane: planned\ndependencies: []\n---\n`,
      )
    kitty.ok(repository, 'agent', 'feature', 'finalize-tasks', '--all')
    for (const id of PACKAGES.slice(0, 4))
      for (const lane of ['doing', 'for_review', 'done'])
        kitty.ok(repository, 'agent', 'tasks', 'move-task', id, '--to', lane)
    kitty.ok(repository, 'burndown', 'goal', '2030-01-31')
    const chart = kitty.ok(repository, 'burndown')
    expect(chart).toContain('36 of 40 points left, meant to be done by 2030-01-31')
    expect(chart.split('\n').filter((line) => /##|██/.test(line))).not.toHaveLength(0)
    expect(kitty.ok(repository, 'burndown', '--svg')).toMatch(/^<svg .*36 of 40 points left.*<\/svg>\n$/s)
    expect(JSON.parse(kitty.ok(repository, 'burndown', '--json'))).toMatchObject({
      feature: FEATURE,
      goal: '2030-01-31',
      warnings: [],
    })
  })

  it('answers from its own service, aspect and table, and again after the index was deleted', () => {
    const repository = emptyRepository('table')
    kitty.ok(repository, 'init')
    mkdirSync(join(repository, `kitty-specs/${FEATURE}/tasks`), { recursive: true })
    writeFileSync(join(repository, `kitty-specs/${FEATURE}/spec.md`), '# Harbour\n')
    writeFileSync(
      join(repository, `kitty-specs/${FEATURE}/tasks/WP01.md`),
      '---\nwork_package_id: WP01\ntitle: Quay\nlane: planned\ndependencies: []\n---\n',
    )
    kitty.ok(repository, 'agent', 'feature', 'finalize-tasks', '--all')
    expect(kitty.ok(repository, 'burndown', 'finished')).toBe('Nothing is done yet.\n')
    for (const lane of ['doing', 'for_review', 'done'])
      kitty.ok(repository, 'agent', 'tasks', 'move-task', 'WP01', '--to', lane)
    const finished = kitty.runWith({ KITTY_BURNDOWN_TIMES: '1' }, repository, 'burndown', 'finished')
    expect(finished.stdout).toMatch(/^\d{4}-\d\d-\d\d WP01 \(/)
    expect(finished.stderr).toMatch(/FinishedPackages\.of took \d+ ms/)
    for (const end of ['', '-wal', '-shm'])
      rmSync(join(repository, `.kittify/events/index.db${end}`), { force: true })
    expect(kitty.ok(repository, 'burndown', 'finished')).toBe(finished.stdout)
    kitty.ok(repository, 'agent', 'tasks', 'move-task', 'WP01', '--to', 'doing', '--force', '--reason', 'x')
    expect(kitty.ok(repository, 'burndown', 'finished')).toBe('Nothing is done yet.\n')
  })

  it('judges moves, and is told of what was done', () => {
    const repository = emptyRepository('rules')
    kitty.ok(repository, 'init')
    mkdirSync(join(repository, `kitty-specs/${FEATURE}/tasks`), { recursive: true })
    writeFileSync(join(repository, `kitty-specs/${FEATURE}/spec.md`), '# Harbour\n')
    writeFileSync(
      join(repository, `kitty-specs/${FEATURE}/tasks/WP01.md`),
      '---\nwork_package_id: WP01\ntitle: Quay\nlane: planned\ndependencies: []\n---\n',
    )
    kitty.ok(repository, 'agent', 'feature', 'finalize-tasks', '--all')
    kitty.ok(repository, 'agent', 'tasks', 'tag', 'WP01', '--add', 'size:huge')
    const refused = kitty.run(repository, 'agent', 'tasks', 'move-task', 'WP01', '--to', 'doing')
    expect(refused.code).toBe(1)
    expect(refused.stderr).toContain('size:huge')
    kitty.ok(repository, 'agent', 'tasks', 'tag', 'WP01', '--remove', 'size:huge', '--add', 'size:3')
    for (const lane of ['doing', 'for_review', 'done'])
      expect(
        kitty.runWith(
          { KITTY_BURNDOWN_NEWS: 'news' },
          repository,
          'agent',
          'tasks',
          'move-task',
          'WP01',
          '--to',
          lane,
        ).stderr,
      ).toBe('')
    expect(readFileSync(join(repository, 'news'), 'utf8')).toBe(`WP01 of ${FEATURE} is done\n`)
  })
})
