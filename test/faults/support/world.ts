import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished } from 'vitest'
import type { LogEvent } from '../../../src/core/events-lib.js'
import { keptFolder } from '../../support/temp-folder.js'
import { gitIn } from '../../support/temp-repository.js'
import { ACTOR, FEATURE, inside, type Inside, noteDraft, PROVENANCE } from './inside.js'
import { keptEvents, laneOf, logFiles } from './oracle.js'
import { outsideOf } from './outside.js'
import { BIN, type Conditions, type Outcome, start, type Started } from './program.js'
import { SetupSpec } from '../../../src/core/services/features/setup-spec.js'
import { FinalizeTasks } from '../../../src/core/services/features/finalize-tasks.js'
import { MoveTask } from '../../../src/core/services/moves/move-task.js'

const EMITTER = fileURLToPath(new URL('emitter.mjs', import.meta.url))

let template: Promise<string> | undefined
let cache = ''
/** Events of the template. */
let kept: ReadonlySet<string> | undefined

/**
 * A repository that faults are injected into, with a home, a temporary folder and neighbours of its own, so that
 * everything written anywhere can be told. It remembers what was acknowledged.
 */
export class World {
  /** Ids of acknowledged events: what may never be lost. */
  readonly acknowledged = new Set<string>()
  readonly root: string
  private readonly started: Started[] = []
  private outside: ReadonlyMap<string, string>
  private lines: ReadonlyMap<string, Buffer>

  private constructor(readonly folder: string) {
    this.root = join(folder, 'repo')
    this.outside = outsideOf(folder)
    this.lines = logFiles(this.root)
  }

  /** A copy of the one world that is made by hand; gone after the test. */
  static async make(): Promise<World> {
    template ??= makeTemplate()
    const folder = realpathSync(mkdtempSync(join(tmpdir(), 'kitty-fault-')))
    cpSync(await template, folder, { recursive: true, preserveTimestamps: true })
    const world = new World(folder)
    onTestFinished(() => world.remove())
    for (const id of (kept ??= keptEvents(world.root))) world.acknowledged.add(id)
    return world
  }

  /** For a test that makes thousands of them; the others' go when they end. */
  async remove(): Promise<void> {
    // A test that failed may have left some at work.
    for (const started of this.started) started.kill('SIGKILL')
    await Promise.all(this.started.map(({ finished }) => finished.catch(() => undefined)))
    rmSync(this.folder, { recursive: true, force: true })
  }

  get eventsDir(): string {
    return join(this.root, '.kittify', 'events')
  }

  get errorsDir(): string {
    return join(this.root, '.kittify', 'errors')
  }

  get clockFile(): string {
    return join(this.root, '.kittify', 'clock.json')
  }

  get indexFile(): string {
    return join(this.eventsDir, 'index.db')
  }

  get journalFile(): string {
    return join(this.root, '.git', 'kitty', 'journal.jsonl')
  }

  get lockFile(): string {
    return join(this.root, '.git', 'kitty', 'lock')
  }

  /** The file the next event goes to. */
  get today(): string {
    return join(this.eventsDir, `${new Date().toISOString().slice(0, 10)}.jsonl`)
  }

  /** Every path the program opens on its ordinary walk through one write. */
  get ownFiles(): string[] {
    const sides = ['', '-wal', '-shm', '-journal'].map((side) => this.indexFile + side)
    return [this.today, this.journalFile, this.clockFile, `${this.clockFile}.tmp`, ...sides, this.eventsDir]
  }

  path(...parts: string[]): string {
    return join(this.root, ...parts)
  }

  git(...args: string[]): string {
    // Some faults give the repository to another user.
    return gitIn(this.root, '-c', 'safe.directory=*', ...args)
  }

  /** Starts the built program in this world. */
  start(args: readonly string[], conditions: Conditions = {}): Started {
    return this.run(BIN, args, conditions)
  }

  /** Starts a process that writes notes or holds the lock: emitter.mjs. */
  startEmitter(args: readonly string[], conditions: Conditions = {}): Started {
    return this.run(EMITTER, args, conditions)
  }

  private run(script: string, args: readonly string[], conditions: Conditions): Started {
    const env = { ...this.env, ...conditions.env }
    const started = start(script, args, { ...conditions, cwd: this.root, env })
    this.started.push(started)
    return started
  }

  /** Notes an emitter said were stored. */
  acknowledgeNotes(stdout: string): string[] {
    const ids = [...stdout.matchAll(/^([0-7][0-9A-Z]{25}) /gm)].map(([, id = '']) => id)
    for (const id of ids) this.acknowledged.add(id)
    return ids
  }

  /** What a process in this world sees. */
  get env(): Record<string, string> {
    return {
      HOME: join(this.folder, 'home'),
      // Code that Node compiled once serves every world, with its key.
      XDG_CACHE_HOME: cache,
      XDG_STATE_HOME: cache,
      TMPDIR: join(this.folder, 'tmp'),
      KITTY_ACTOR: ACTOR,
      UV_THREADPOOL_SIZE: '1',
      GIT_CONFIG_GLOBAL: '/dev/null',
      GIT_CONFIG_SYSTEM: '/dev/null',
    }
  }

  /** Runs the built program to its end; what it acknowledged is remembered, and must be kept by then (I6). */
  async kitty(args: readonly string[], conditions: Conditions = {}): Promise<Outcome> {
    const outcome = await this.start(args, conditions).finished
    if (outcome.exit === 0) this.acknowledge(outcome)
    return outcome
  }

  /** One write: WP01 goes to its other lane. The event first, its file's front matter after it. */
  write(conditions: Conditions = {}, workPackage = 'WP01'): Promise<Outcome> {
    const to = laneOf(this.root, workPackage) === 'planned' ? 'doing' : 'planned'
    return this.kitty(['agent', 'tasks', 'move-task', workPackage, '--to', to, '--json'], conditions)
  }

  inside<T>(work: (kitty: Inside) => Promise<T>): Promise<T> {
    return inside(this.root, work)
  }

  /** Writes a note without a process of its own. */
  async note(text: string): Promise<LogEvent> {
    const [event] = await this.inside(({ store }) => store.emit([noteDraft(text)], PROVENANCE))
    if (event === undefined) throw new Error('a note was not written')
    this.acknowledged.add(event.event_id)
    return event
  }

  /** What the log holds now is what later logs must begin with (I8), and what lies about is not kitty's doing (I5). */
  remember(): void {
    this.outside = outsideOf(this.folder)
    this.lines = logFiles(this.root)
  }

  get remembered(): { outside: ReadonlyMap<string, string>; lines: ReadonlyMap<string, Buffer> } {
    return { outside: this.outside, lines: this.lines }
  }

  /** Every event that a successful command names. */
  private acknowledge({ stdout }: Outcome): void {
    const named = [...stdout.matchAll(/"event_id":"([0-7][0-9A-Z]{25})"/g)].map(([, id = '']) => id)
    if (named.length === 0) return
    const now = keptEvents(this.root)
    for (const id of named) {
      this.acknowledged.add(id)
      if (!now.has(id)) throw new Error(`I6: exit 0, and event ${id} is nowhere`)
    }
  }
}

/** Asserts the exit code, and shows what the program said when it is another. */
export function expectExit(outcome: Outcome, exit: number, at = ''): void {
  expect(
    outcome.exit,
    `${at} stdout: ${outcome.stdout.slice(0, 500)} stderr: ${outcome.stderr.slice(0, 500)}`,
  ).toBe(exit)
}

async function makeTemplate(): Promise<string> {
  const folder = keptFolder()
  cache = keptFolder()
  const root = join(folder, 'repo')
  for (const name of ['repo', 'home', 'tmp', 'neighbour']) mkdirSync(join(folder, name))
  writeFileSync(join(folder, 'neighbour', 'precious.txt'), 'precious\n')
  gitIn(root, 'init', '--quiet', '--initial-branch=main', '--template=')
  writeFileSync(join(root, 'README.md'), '# A repository\n')
  await fill(root)
  gitIn(root, 'add', '--all')
  gitIn(root, 'commit', '--quiet', '--message', 'start')
  return folder
}

/** A feature of three packages with a little history on two days, by the program's own services. */
async function fill(root: string): Promise<void> {
  const { Initialize } = await import('../../../src/core/services/initialize.js')
  const session = { cwd: root, env: {}, now: () => new Date(), nextId: () => '', progress: () => undefined }
  new Initialize({ ...session, progressDone: () => undefined }).initialise()
  const day = (n: number) => () => new Date(`2026-01-0${n}T10:00:00.000Z`)
  await inside(
    root,
    async ({ resolver, store }) => {
      const setUp = await resolver.resolve(SetupSpec)
      await setUp.setUp({ slug: 'login', provenance: PROVENANCE })
      for (const id of ['WP01', 'WP02', 'WP03']) {
        const text = `---\nwork_package_id: ${id}\ntitle: Part ${id}\nlane: planned\n---\n# ${id}\n`
        writeFileSync(join(root, 'kitty-specs', FEATURE, 'tasks', `${id}-part.md`), text)
      }
      const finalize = await resolver.resolve(FinalizeTasks)
      await finalize.finalize({ features: [FEATURE], all: false, provenance: PROVENANCE })
      await store.emit([noteDraft('first'), noteDraft('second', 'WP02')], PROVENANCE)
    },
    day(5),
  )
  const move = async (to: string, n: number): Promise<void> => {
    await inside(
      root,
      async ({ resolver }) => {
        const service = await resolver.resolve(MoveTask)
        await service.move({
          feature: FEATURE,
          workPackage: 'WP02',
          to,
          force: false,
          provenance: PROVENANCE,
        })
      },
      day(n),
    )
  }
  await move('doing', 5)
  await move('for_review', 6)
}
