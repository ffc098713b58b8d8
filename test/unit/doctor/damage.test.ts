import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { FOREIGN_IDS, noteLine, ulid } from '../../support/events.js'
import { kittyIn } from '../../support/kitty.js'
import { gitIn } from '../../support/temp-repository.js'
import { tempFolder } from '../../support/temp-folder.js'
import { Initialize } from '../../../src/core/services/initialize.js'
import { EventStore } from '../../../src/core/store/event-store.js'
import { FinalizeTasks } from '../../../src/core/services/features/finalize-tasks.js'
import { MoveTask } from '../../../src/core/services/moves/move-task.js'
import { Doctor } from '../../../src/core/services/doctor/doctor.js'
import { Notices } from '../../../src/core/errors/notices.js'
import { WriteLock } from '../../../src/core/lock/write-lock.js'

const FEATURE = '001-login'
let template = ''

beforeAll(async () => {
  template = realpathSync(mkdtempSync(join(tmpdir(), 'kitty-doctor-')))
  gitIn(template, 'init', '--quiet', '--initial-branch=main')
  const kitty = kittyIn(template)
  ;(await kitty.resolve(Initialize)).initialise()
  const provenance = { actor: 'ada', causationId: null, correlationId: null }
  const store = await kitty.resolve(EventStore)
  for (const id of ['WP01', 'WP02']) {
    mkdirSync(join(template, 'kitty-specs', FEATURE, 'tasks'), { recursive: true })
    writeFileSync(
      join(template, 'kitty-specs', FEATURE, 'tasks', `${id}-x.md`),
      `---\nwork_package_id: ${id}\ntitle: The ${id}\nlane: planned\n---\n`,
    )
  }
  await (await kitty.resolve(FinalizeTasks)).finalize({ features: [FEATURE], all: false, provenance })
  gitIn(template, 'add', '--all')
  gitIn(template, 'commit', '--quiet', '--message', 'start')
  // One event that is in no commit yet.
  await (
    await kitty.resolve(MoveTask)
  ).move({ feature: FEATURE, workPackage: 'WP01', to: 'doing', force: false, provenance })
  await store.close()
})

afterAll(() => {
  rmSync(template, { recursive: true, force: true })
})

/** A repository that is well, gone after the test. */
class Patient {
  readonly root = tempFolder()

  constructor() {
    cpSync(template, this.root, { recursive: true })
  }

  path(...parts: string[]): string {
    return join(this.root, ...parts)
  }

  get today(): string {
    return this.path(
      '.kittify/events',
      readdirSync(this.path('.kittify/events')).find((name) => /^\d{4}.*\.jsonl$/.test(name)) ?? '',
    )
  }

  /** The date in the name of the day's file. */
  get date(): string {
    return this.today.slice(-'2026-01-01.jsonl'.length, -'.jsonl'.length)
  }

  event(seed: number, changes: Record<string, unknown> = {}): string {
    return noteLine(seed, {
      timestamp: `${this.date}T09:30:00.000Z`,
      parents: [],
      payload: { feature_slug: '001-x', text: `${seed}` },
      ...changes,
    })
  }

  async ids(): Promise<string[]> {
    const store = await kittyIn(this.root).resolve(EventStore)
    const events = await store.read()
    await store.close()
    return events.map((event) => event.event_id)
  }

  async examine(fix = false) {
    return (await kittyIn(this.root).resolve(Doctor)).examine(fix)
  }

  async failing(fix = false): Promise<string[]> {
    return (await this.examine(fix)).diagnosis.checks.filter((check) => !check.ok).map((check) => check.name)
  }
}

interface Damage {
  readonly names: string
  readonly inflict: (patient: Patient) => void
}

const damage = (names: string, inflict: Damage['inflict']): Damage => ({ names, inflict })
const lines = (path: string): string[] => readFileSync(path, 'utf8').trimEnd().split('\n')

const REPAIRED: Readonly<Record<string, Damage>> = {
  'the merge driver is not registered': damage('merge-driver', ({ root }) =>
    gitIn(root, 'config', '--unset', 'merge.kitty-events.driver'),
  ),
  'the attributes are gone': damage('attributes', (p) =>
    writeFileSync(p.path('.gitattributes'), '* text=auto\n'),
  ),
  'another line makes git rewrite the log': damage('attributes', (p) =>
    appendFileSync(p.path('.gitattributes'), '*.jsonl ident eol=crlf\n'),
  ),
  'a nearer line takes the merge driver away': damage('attributes', (p) =>
    appendFileSync(p.path('.gitattributes'), '*.jsonl -merge\n'),
  ),
  'nothing is ignored any more': damage('ignore-files', (p) =>
    writeFileSync(p.path('.kittify/.gitignore'), ''),
  ),
  'a crash cut a line off': damage('torn-tails', (p) => appendFileSync(p.today, '{"event_id":"01')),
  'a whole event lacks its newline': damage('torn-tails', (p) =>
    appendFileSync(p.today, p.event(40).trimEnd()),
  ),
  'a merge left two events in one line': damage('line-order', (p) =>
    appendFileSync(p.today, p.event(40).trimEnd() + p.event(41)),
  ),
  'a merge left its markers': damage('line-order', (p) =>
    writeFileSync(
      p.today,
      ['<<<<<<< HEAD', ...lines(p.today), '=======', p.event(50).trimEnd(), '>>>>>>> topic', ''].join('\n'),
    ),
  ),
  'an editor saved it the Windows way': damage('line-order', (p) =>
    writeFileSync(p.today, `\ufeff${lines(p.today).join('\r\n')}\r\n`),
  ),
  'lines are repeated and out of order': damage('line-order', (p) => {
    const all = lines(p.today)
    writeFileSync(p.today, `${[...all, ...all].reverse().join('\n')}\n`)
  }),
  'an event is in the file of another day': damage('misfiled-events', (p) =>
    writeFileSync(p.path('.kittify/events/2020-01-01.jsonl'), p.event(60)),
  ),
  'all events stand in the file of another day, committed': damage('misfiled-events', (p) => {
    renameSync(p.today, p.path('.kittify/events/2020-01-01.jsonl'))
    gitIn(p.root, 'add', '--all')
    gitIn(p.root, 'commit', '--quiet', '--message', 'renamed')
  }),
  'an event is in two files': damage('copied-events', (p) =>
    writeFileSync(p.path(`.kittify/events/${p.date}.other.jsonl`), `${lines(p.today)[0] ?? ''}\n`),
  ),
  'git took an event away': damage('journal', ({ root }) =>
    gitIn(root, 'checkout', '--quiet', '--', '.kittify/events'),
  ),
  'a committed file was deleted': damage('committed-events', (p) => rmSync(p.today)),
  'the events folder was deleted': damage('set-up', (p) =>
    rmSync(p.path('.kittify/events'), { recursive: true }),
  ),
  'the clock is no JSON': damage('clock', (p) => writeFileSync(p.path('.kittify/clock.json'), '{')),
  'the clock lies far above the log': damage('clock', (p) =>
    writeFileSync(p.path('.kittify/clock.json'), '{"value": 9000000}'),
  ),
  'a folder is where the clock should be': damage('clock', (p) => {
    rmSync(p.path('.kittify/clock.json'))
    mkdirSync(p.path('.kittify/clock.json/kept'), { recursive: true })
  }),
  'the index is no database': damage('index', (p) =>
    writeFileSync(p.path('.kittify/events/index.db'), 'not a database, whatever its name says\n'),
  ),
  'a folder is where the index should be': damage('index', (p) => {
    for (const name of readdirSync(p.path('.kittify/events')))
      if (name.startsWith('index.db')) rmSync(p.path('.kittify/events', name))
    mkdirSync(p.path('.kittify/events/index.db/kept'), { recursive: true })
  }),
  'a file names another lane than the log': damage('front-matter', (p) => {
    const file = p.path('kitty-specs', FEATURE, 'tasks/WP01-x.md')
    writeFileSync(file, readFileSync(file, 'utf8').replace('lane: doing', 'lane: done'))
  }),
  'the folder of a worktree is gone': damage('worktrees', (p) => {
    gitIn(p.root, 'worktree', 'add', '--quiet', '.worktrees/001-login-WP01')
    rmSync(p.path('.worktrees/001-login-WP01'), { recursive: true })
  }),
  'the lane lines of work packages have no merge driver': damage('attributes', (p) =>
    writeFileSync(p.path('.gitattributes'), '.kittify/events/*.jsonl text eol=lf merge=kitty-events\n'),
  ),
  'a file is where the error records should be': damage('error-records', (p) => {
    rmSync(p.path('.kittify/errors'), { recursive: true, force: true })
    writeFileSync(p.path('.kittify/errors'), 'in the way')
  }),
  'a link leads the error records out of the repository': damage('error-records', (p) => {
    rmSync(p.path('.kittify/errors'), { recursive: true, force: true })
    symlinkSync(tmpdir(), p.path('.kittify/errors'))
  }),
  'crashes left temporary files': damage('leftovers', (p) => {
    for (const name of ['events/2020-01-01.jsonl.tmp', 'events/index.db.999999999.new', 'clock.json.tmp'])
      writeFileSync(p.path('.kittify', name), 'half')
  }),
}

const BY_HAND: Readonly<Record<string, Damage>> = {
  'two events share an id': damage('shared-ids', (p) => {
    const id = ulid(70)
    appendFileSync(p.today, p.event(71, { event_id: id }) + p.event(72, { event_id: id }))
  }),
  'a clock value is poison': damage('poison-clocks', (p) =>
    appendFileSync(p.today, p.event(80, { lamport_clock: 9_000_000_000 })),
  ),
  'a parent is missing': damage('parents', (p) =>
    appendFileSync(p.today, p.event(90, { parents: [ulid(5)] })),
  ),
  'the log itself is ignored': damage('log-tracked', (p) =>
    appendFileSync(p.path('.gitignore'), '.kittify/events/\n'),
  ),
  'the index is committed': damage('derived-files', ({ root }) =>
    gitIn(root, 'add', '--force', '.kittify/events/index.db'),
  ),
  'a folder only looks like a worktree': damage('worktrees', (p) =>
    mkdirSync(p.path('.worktrees/left'), { recursive: true }),
  ),
  'a detached worktree is gone, with commits that no branch has': damage('worktrees', ({ root }) => {
    gitIn(root, 'worktree', 'add', '--quiet', '--detach', '.worktrees/d')
    gitIn(join(root, '.worktrees/d'), 'commit', '--quiet', '--allow-empty', '--message', 'only here')
    rmSync(join(root, '.worktrees/d'), { recursive: true })
  }),
}

describe('the doctor', () => {
  it('takes a log for tracked that a later line of the ignore file takes back in', async () => {
    const patient = new Patient()
    appendFileSync(patient.path('.gitignore'), '*.jsonl\n!.kittify/events/*.jsonl\n')
    expect((await patient.examine()).diagnosis).toMatchObject({ ok: true })
  })

  it('finds nothing wrong in a sound repository, and changes nothing in it', async () => {
    const patient = new Patient()
    const before = gitIn(patient.root, 'status', '--porcelain')
    expect((await patient.examine()).diagnosis).toMatchObject({ ok: true, fixed: [] })
    expect((await patient.examine(true)).exitCode).toBe(0)
    expect(gitIn(patient.root, 'status', '--porcelain')).toBe(before)
  })

  it.each(Object.entries(REPAIRED))('names it and repairs it: %s', async (_, { names, inflict }) => {
    const patient = new Patient()
    const before = await patient.ids()
    inflict(patient)
    const fixed = await patient.examine(true)
    expect(fixed.diagnosis.checks.filter(({ ok }) => !ok)).toEqual([])
    expect(fixed.diagnosis.fixed).toContain(names)
    expect(fixed.exitCode).toBe(0)
    expect(await patient.ids()).toEqual(expect.arrayContaining(before))
  })

  it('moves events to the files of their days line by line, leaving nothing to be repaired behind it', async () => {
    const patient = new Patient()
    const { today } = patient
    const before = lines(today)
    REPAIRED['all events stand in the file of another day, committed']?.inflict(patient)
    const kitty = kittyIn(patient.root)
    await (await kitty.resolve(Doctor)).examine(true)
    expect((await kitty.resolve(Notices)).all).toEqual([])
    expect(lines(today)).toEqual(before)
  })

  it('names several kinds of damage in one run, and says what --fix would do, before it changes anything', async () => {
    const patient = new Patient()
    const some = [
      'the merge driver is not registered',
      'a crash cut a line off',
      'crashes left temporary files',
      'a file names another lane than the log',
    ]
    const inflicted = some.flatMap((name) => REPAIRED[name] ?? [])
    for (const { inflict } of inflicted) inflict(patient)
    const before = gitIn(patient.root, 'status', '--porcelain')
    const { diagnosis, exitCode } = await patient.examine()
    const failed = diagnosis.checks.filter(({ ok }) => !ok)
    expect(failed.map(({ name }) => name).sort()).toEqual(inflicted.map(({ names }) => names).sort())
    for (const { fix } of failed) expect(fix).toMatch(/^kitty doctor --fix \w/)
    expect(exitCode).toBe(3)
    expect(gitIn(patient.root, 'status', '--porcelain')).toBe(before)
  })

  it.each(Object.entries(BY_HAND))(
    'names it, says what to type, and leaves it as it is: %s',
    async (_, { names, inflict }) => {
      const patient = new Patient()
      inflict(patient)
      const before = await patient.ids()
      const log = readFileSync(patient.today)
      const { diagnosis, exitCode } = await patient.examine(true)
      const failed = diagnosis.checks.filter(({ ok }) => !ok)
      expect(failed.map(({ name }) => name)).toEqual([names])
      expect(failed[0]?.fix?.length).toBeGreaterThan(10)
      expect(failed[0]?.fix).not.toContain('--fix')
      expect([3, 5]).toContain(exitCode)
      expect(await patient.ids()).toEqual(before)
      expect(readFileSync(patient.today)).toEqual(log)
    },
  )

  it('names every event that holds a secret, whatever its ID', async () => {
    const patient = new Patient()
    const secret = `ghp_${'aB3'.repeat(12)}`
    const ids = [ulid(40), ...FOREIGN_IDS]
    for (const [at, event_id] of ids.entries())
      appendFileSync(
        patient.today,
        patient.event(40 + at, { event_id, payload: { feature_slug: '001-x', text: secret } }),
      )
    const { checks } = (await patient.examine()).diagnosis
    const found = checks.find(({ name }) => name === 'secrets')
    expect(found?.message).toContain('5 events hold')
    const redact = found?.next_steps.find(({ text }) => text.startsWith('kitty agent events redact '))
    expect(ids.filter((id) => redact?.text.includes(id) !== true)).toEqual([])
  })

  it('forgets a worktree of kitty that is gone, and keeps one of the user that was moved, with what is staged there', async () => {
    const patient = new Patient()
    REPAIRED['the folder of a worktree is gone']?.inflict(patient)
    const [before, after] = [join(tempFolder(), 'before'), join(tempFolder(), 'after')]
    gitIn(patient.root, 'worktree', 'add', '--quiet', '-b', 'mine', before)
    writeFileSync(join(before, 'staged.txt'), 'only in the index')
    gitIn(before, 'add', 'staged.txt')
    renameSync(before, after)
    const { diagnosis } = await patient.examine(true)
    const [failed] = diagnosis.checks.filter(({ ok }) => !ok)
    expect(failed?.name).toBe('worktrees')
    expect(failed?.fix).toMatch(/git worktree repair.*git worktree prune/s)
    expect(gitIn(patient.root, 'worktree', 'list')).not.toContain('.worktrees')
    gitIn(after, 'worktree', 'repair')
    expect(gitIn(after, 'status', '--porcelain')).toBe('A  staged.txt\n')
    expect(await patient.failing()).toEqual([])
  })

  it('keeps the commits of submodules in the record of a worktree that is gone', async () => {
    const patient = new Patient()
    REPAIRED['the folder of a worktree is gone']?.inflict(patient)
    const modules = patient.path('.git/worktrees/001-login-WP01/modules')
    mkdirSync(modules)
    expect(await patient.failing(true)).toEqual(['worktrees'])
    expect(existsSync(modules)).toBe(true)
  })

  it('keeps every byte of the lines that are no events', async () => {
    const patient = new Patient()
    const before = await patient.ids()
    const damaged = [
      Buffer.from('not json\n'),
      Buffer.from([0xff, 0xfe, 0x0a]),
      Buffer.from('\0\0\0\0\n'),
      Buffer.from('{"a":1,"a":2}\n'),
      Buffer.from(`${noteLine(30).slice(0, 40)}\n`),
      Buffer.from(`${'x'.repeat(300 * 1024)}\n`),
    ]
    for (const bytes of damaged) appendFileSync(patient.today, bytes)
    appendFileSync(patient.today, patient.event(31))
    expect(await patient.failing()).toEqual(['damaged-lines'])
    expect(await patient.failing(true)).toEqual([])
    const errors = readdirSync(patient.path('.kittify/errors')).filter((name) => name.startsWith('damaged-'))
    const copy = errors.find((name) => !name.endsWith('.note')) ?? ''
    expect(readFileSync(patient.path('.kittify/errors', copy))).toEqual(Buffer.concat(damaged))
    expect(lines(patient.path('.kittify/errors', `${copy}.note`))).toHaveLength(damaged.length)
    expect(await patient.ids()).toEqual(expect.arrayContaining([...before, ulid(31)]))
    expect(readFileSync(patient.today, 'utf8')).not.toContain('not json')
  })

  it('sets aside what is where a derived file should be', async () => {
    const patient = new Patient()
    REPAIRED['a folder is where the clock should be']?.inflict(patient)
    await patient.examine(true)
    const aside =
      readdirSync(patient.path('.kittify/errors')).find((name) => name.endsWith('clock.json')) ?? ''
    expect(existsSync(patient.path('.kittify/errors', aside, 'kept'))).toBe(true)
  })

  it('says what is missing where nothing can be looked at', async () => {
    const outside = tempFolder()
    const { diagnosis, exitCode } = await (await kittyIn(outside).resolve(Doctor)).examine(true)
    expect(exitCode).toBe(5)
    expect(diagnosis.checks.at(-1)).toMatchObject({ name: 'repository', ok: false })
    gitIn(outside, 'init', '--quiet')
    const bare = await (await kittyIn(outside).resolve(Doctor)).examine(true)
    expect(bare.diagnosis.checks.at(-1)).toMatchObject({ name: 'set-up', ok: false, fix: 'kitty init' })
  })

  it('names settings that cannot be read, for which every other command is refused', async () => {
    const patient = new Patient()
    writeFileSync(patient.path('.kittify/config.json'), '{')
    const { diagnosis, exitCode } = await patient.examine(true)
    expect([exitCode, diagnosis.checks.at(-1)?.name, diagnosis.checks.at(-1)?.ok]).toEqual([
      5,
      'config',
      false,
    ])
  })

  it('says who holds the lock, and does not wait for it', async () => {
    const patient = new Patient()
    const held = await (await kittyIn(patient.root).resolve(WriteLock)).acquire('a long write')
    const { diagnosis } = await patient.examine()
    held.release()
    expect(diagnosis.ok).toBe(true)
    expect(diagnosis.checks.find(({ name }) => name === 'write-lock')?.message).toContain(
      `process ${process.pid} (a long write`,
    )
  })
})
