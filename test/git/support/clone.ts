import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { monotonicFactory } from 'ulid'
import { createContainer } from '../../../src/core/di/container.js'
import type { LogEvent, NewEvent } from '../../../src/core/events-lib.js'
import { isDayFile } from '../../../src/core/log/format/day-file.js'
import { EventStore } from '../../../src/core/store/event-store.js'
import { Notices } from '../../../src/core/errors/notices.js'
import { slowGit } from '../../support/git-steps.js'
import { BASE_EVENTS, copyLargeRepository, isBase } from './base-log.js'
import type { Resolver } from '../../../src/core/token.js'
import { testSession } from '../../support/session.js'
import { gitEnvironment } from '../../support/temp-repository.js'

export const IGNORE = 'events/index.db*\nevents/*.tmp\nerrors/\nclock.json\nclock.json.tmp\n'
const FEATURE = '001-login'

export interface GitResult {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface CloneOptions {
  /** Where git finds `kitty`. */
  readonly path?: string
  /** For ids: the same numbers, the same ids. */
  readonly random?: () => number
  /**
   * Begins with 20,000 events. No method returns them, and `ids` and `read` fail if one of them is missing. The default
   * is what KITTY_GIT_LOG says, with which npm run test:large runs these tests.
   */
  readonly isLarge?: boolean
  /** Milliseconds that git waits before each of its writes to the log. The default is what KITTY_GIT_DELAY_MS says. */
  readonly gitDelayMs?: number
}

const IS_LARGE = process.env['KITTY_GIT_LOG'] === 'large'
const GIT_DELAY_MS = Number(process.env['KITTY_GIT_DELAY_MS'] ?? 0)

/** One repository on one machine: real git, and kitty's commands in this process, each with a container of its own. */
export class Clone {
  readonly events: string
  /** What kitty said on stderr, newest last. */
  readonly warnings: string[] = []
  #now = Date.parse('2026-11-22T09:30:00.000Z')
  readonly #nextId: (now: number) => string
  #kept: Resolver | undefined

  constructor(
    readonly root: string,
    readonly options: CloneOptions = {},
  ) {
    this.events = join(root, '.kittify', 'events')
    this.#nextId = monotonicFactory(options.random)
  }

  /** A new repository with one commit, and the attributes given. */
  static create(root: string, attributes: string, options: CloneOptions = {}): Clone {
    mkdirSync(root, { recursive: true })
    const clone = new Clone(root, options)
    if (clone.#isLarge) copyLargeRepository(root)
    clone.git('init', '--quiet', '--template=', '--initial-branch=main')
    clone.write('.kittify/.gitignore', IGNORE)
    if (attributes !== '') clone.write('.gitattributes', `${attributes}\n`)
    clone.write('README.md', '# A repository\n')
    clone.commit('start')
    mkdirSync(clone.events, { recursive: true })
    return clone
  }

  /** @throws Error with git's own words when it fails. */
  git(...args: string[]): string {
    const { code, stdout, stderr } = this.tryGit(...args)
    if (code === 0) return stdout
    throw new Error(`git ${args.join(' ')} exited ${code ?? 'by a signal'}:\n${stderr}${stdout}`)
  }

  tryGit(...args: string[]): GitResult {
    return this.spawn({}, args)
  }

  /** `git` with variables of its own. */
  gitWith(env: NodeJS.ProcessEnv, ...args: string[]): string {
    const { code, stdout, stderr } = this.spawn(env, args)
    if (code === 0) return stdout
    throw new Error(`git ${args.join(' ')}: ${stderr}`)
  }

  startGit(...args: string[]): ChildProcess {
    return spawn('git', args, { cwd: this.root, env: this.env(), stdio: 'ignore' })
  }

  write(path: string, content: string | Buffer): void {
    const absolute = join(this.root, path)
    mkdirSync(dirname(absolute), { recursive: true })
    writeFileSync(absolute, content)
  }

  /** Commits whatever is there, if anything. */
  commit(message = 'log'): void {
    this.git('add', '--all')
    this.tryGit('commit', '--quiet', '--no-verify', '--message', message)
  }

  head(name = 'HEAD'): string {
    return this.git('rev-parse', name).trim()
  }

  isDirty(): boolean {
    return this.git('status', '--porcelain').trim() !== ''
  }

  /** One command of kitty's, from `cwd`, as a process of its own would run it. */
  async run<T>(work: (store: EventStore) => Promise<T>, cwd = this.root): Promise<T> {
    if (this.#kept !== undefined && cwd === this.root) return work(await this.#kept.resolve(EventStore))
    const container = this.#container(cwd)
    try {
      return await work(await container.resolve(EventStore))
    } finally {
      await this.#end(container)
    }
  }

  /** Lets the commands from here on, up to the next such call, share what one process has open. */
  async startProcess(): Promise<void> {
    await this.endProcess()
    this.#kept = this.#container(this.root)
  }

  async endProcess(): Promise<void> {
    const kept = this.#kept
    this.#kept = undefined
    if (kept !== undefined) await this.#end(kept)
  }

  #container(cwd: string): Resolver {
    const session = testSession({ cwd, now: () => new Date((this.#now += 1000)) })
    return createContainer({ ...session, nextId: (now) => this.#nextId(now.getTime()) })
  }

  async #end(container: Resolver): Promise<void> {
    await (await container.resolve(EventStore)).close()
    this.warnings.push(...(await container.resolve(Notices)).all)
  }

  /** The day this clone's clock shows from here on, of November 2026. */
  setDay(day: number): void {
    this.#now = Date.UTC(2026, 10, day, 0, 0, 0) + (this.#now % 86_400_000)
  }

  /** Stores so many notes in one command. @returns their ids. */
  emit(count: number, cwd = this.root): Promise<string[]> {
    return this.emitAll(
      Array.from({ length: count }, () => noteDraft()),
      cwd,
    )
  }

  async emitAll(drafts: readonly NewEvent[], cwd = this.root): Promise<string[]> {
    const provenance = { actor: 'ada', causationId: null, correlationId: null }
    return (await this.run((store) => store.emit(drafts, provenance), cwd)).map((event) => event.event_id)
  }

  /** The log as a reading command sees it. @throws Error when it lacks an event of the large log. */
  async read(): Promise<LogEvent[]> {
    const events = await this.run((store) => store.read())
    if (!this.#isLarge) return events
    const others = events.filter(({ event_id }) => !isBase(event_id))
    const kept = events.length - others.length
    if (kept !== BASE_EVENTS) throw new Error(`${kept} of ${BASE_EVENTS} events of the large log are there`)
    return others
  }

  async ids(): Promise<string[]> {
    return (await this.read()).map((event) => event.event_id)
  }

  /** What any writing command does before it decides. */
  settle(): Promise<void> {
    return this.run((store) => store.exclusively('settle', async () => undefined))
  }

  /** Path of the one day file. */
  get day(): string {
    return join(this.events, '2026-11-22.jsonl')
  }

  dayFiles(): string[] {
    return existsSync(this.events) ? readdirSync(this.events).filter(isDayFile).sort() : []
  }

  /** The lines in the work tree's files, as they are. */
  rawLines(): string[] {
    return this.dayFiles().flatMap((file) => this.#linesOf(readFileSync(join(this.events, file), 'utf8')))
  }

  /** The lines in a commit's files. */
  committedLines(commit = 'HEAD'): string[] {
    const files = this.git('ls-tree', '--name-only', commit, '.kittify/events/').split('\n').filter(Boolean)
    return files.flatMap((file) => this.#linesOf(this.git('cat-file', 'blob', `${commit}:${file}`)))
  }

  /** Without those of the large log. */
  #linesOf(text: string): string[] {
    const lines = text.split('\n').filter((line) => line !== '')
    return this.#isLarge ? lines.filter((line) => !isBase(idIn(line))) : lines
  }

  get #isLarge(): boolean {
    return this.options.isLarge ?? IS_LARGE
  }

  private spawn(extra: NodeJS.ProcessEnv, args: readonly string[]): GitResult {
    const env = { ...this.env(), ...extra }
    const { status, stdout, stderr } = spawnSync('git', args, {
      cwd: this.root,
      encoding: 'utf8',
      env,
      maxBuffer: Number.POSITIVE_INFINITY,
    })
    return { code: status, stdout, stderr }
  }

  private env(): NodeJS.ProcessEnv {
    const delay = this.options.gitDelayMs ?? GIT_DELAY_MS
    return {
      ...gitEnvironment(),
      ...(this.options.path === undefined ? {} : { PATH: this.options.path }),
      ...(delay > 0 && slowGit(delay, '.kittify')),
      GIT_EDITOR: 'true',
    }
  }
}

let notes = 0

export function noteDraft(text = `note ${notes + 1}`): NewEvent {
  notes += 1
  return {
    event_type: 'NoteAdded',
    entity_type: 'WorkPackage',
    entity_id: 'WP01',
    payload: { feature_slug: FEATURE, text },
  }
}

export function idIn(line: string): string {
  return /"event_id":\s*"([0-9A-Z]{26})"/.exec(line)?.[1] ?? `no event: ${line}`
}
