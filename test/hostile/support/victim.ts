import { execFileSync, spawn } from 'node:child_process'
import { appendFileSync, cpSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect } from 'vitest'
import { keptFolder, tempFolder } from '../../support/temp-folder.js'
import { documentOf, failureIn, PROGRAM, type FailureShape } from '../../support/program.js'
import { gitIn } from '../../support/temp-repository.js'
import { treeOf } from '../../support/tree.js'

export const FEATURE = '001-demo'
export const DAY = '2026-11-22'

/** One run of the built program. */
export interface Run {
  readonly args: readonly string[]
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
  /** Processor time of the program and of git below it, in seconds: a busy machine does not change it. */
  readonly seconds: number
  /** Peak memory of the largest process, git's included. In MB; 0 where the system has no /proc. */
  readonly memory: number
}

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>
  readonly cwd?: string
  /** Runs the program as this user; needs root. */
  readonly uid?: number
  readonly umask?: number
  /** Milliseconds after which the program is interrupted, as with Ctrl-C: for one that serves until then. */
  readonly endsAfter?: number
}

let prepared: string | undefined

/**
 * What a stranger attacks: a repository in `repo` with a feature and three packages, `outside` next to it with files
 * that must stay as they are, and the user's own `home`.
 */
export class Victim {
  readonly root: string
  readonly outside: string
  readonly home: string
  #untouched: ReadonlyMap<string, string>

  private constructor(readonly folder: string) {
    this.root = join(folder, 'repo')
    this.outside = join(folder, 'outside')
    this.home = join(folder, 'home')
    this.#untouched = new Map()
  }

  static async make(): Promise<Victim> {
    prepared ??= await prepare()
    const victim = new Victim(tempFolder())
    cpSync(prepared, victim.folder, { recursive: true, verbatimSymlinks: true })
    victim.remember()
    return victim
  }

  static at(folder: string): Victim {
    return new Victim(folder)
  }

  path(...parts: readonly string[]): string {
    return join(this.root, ...parts)
  }

  write(path: string, content: string | Buffer): void {
    mkdirSync(dirname(this.path(path)), { recursive: true })
    writeFileSync(this.path(path), content)
  }

  read(path: string): string {
    return readFileSync(this.path(path), 'utf8')
  }

  git(...args: string[]): string {
    return gitIn(this.root, ...args)
  }

  commitAll(message = 'as a stranger'): void {
    this.git('add', '--all')
    this.git('commit', '--quiet', '--allow-empty', '--message', message)
  }

  /** Appends lines to a day's file, as a merge would bring them. */
  append(...lines: readonly (object | string)[]): void {
    const text = lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line)))
    appendFileSync(this.path('.kittify', 'events', `${DAY}.jsonl`), `${text.join('\n')}\n`)
  }

  log(): string {
    const folder = this.path('.kittify', 'events')
    const files = readdirSync(folder).filter((name) => name.endsWith('.jsonl'))
    return files.map((name) => readFileSync(join(folder, name), 'utf8')).join('')
  }

  /** What is outside the repository, for `changedOutside`. */
  remember(): void {
    this.#untouched = this.#outsideNow()
  }

  /** Paths outside the repository that changed since `remember`. The user's own cache and state do not count. */
  changedOutside(): string[] {
    const now = this.#outsideNow()
    const all = new Set([...this.#untouched.keys(), ...now.keys()])
    return [...all].filter((path) => this.#untouched.get(path) !== now.get(path))
  }

  #outsideNow(): ReadonlyMap<string, string> {
    const own = /^(repo|home\/\.(cache|local))(\/|$)/
    return new Map([...treeOf(this.folder)].filter(([path]) => !own.test(path)))
  }

  kitty(...args: readonly string[]): Promise<Run> {
    return this.kittyWith({}, ...args)
  }

  kittyWith(options: RunOptions, ...args: readonly string[]): Promise<Run> {
    return run(this, options, args)
  }

  /** @throws unless the program succeeds */
  async done(...args: readonly string[]): Promise<Run> {
    const ran = await this.kitty(...args)
    if (ran.code !== 0)
      throw new Error(`kitty ${args.join(' ')}: ${String(ran.code)} ${ran.stdout}${ran.stderr}`)
    return ran
  }

  async json(...args: readonly string[]): Promise<Record<string, unknown>> {
    return { ...documentOf(await this.kitty(...args, '--json')) }
  }

  async refusal(...args: readonly string[]): Promise<FailureShape & { readonly code: number | null }> {
    const ran = await this.kitty(...args, '--json')
    return { ...failureIn(ran), code: ran.code }
  }

  /** Lanes on the board: package → lane. */
  async lanes(): Promise<Record<string, string>> {
    const { work_packages } = await this.json('list')
    const rows = work_packages as { work_package: string; lane: string }[] // the document of `list`
    return Object.fromEntries(rows.map(({ work_package, lane }) => [work_package, lane]))
  }
}

async function prepare(): Promise<string> {
  const folder = keptFolder()
  for (const name of ['repo', 'outside', 'home']) mkdirSync(join(folder, name))
  writeFileSync(join(folder, 'outside', 'bashrc'), '# the user’s own\n')
  const victim = Victim.at(folder)
  victim.git('init', '--quiet', '--initial-branch=main')
  victim.git('config', 'user.name', 'Ada')
  victim.git('config', 'user.email', 'ada@example.org')
  await victim.done('init')
  await victim.done('agent', 'feature', 'setup-spec', 'demo')
  for (const id of ['WP01', 'WP02', 'WP03'])
    victim.write(`kitty-specs/${FEATURE}/tasks/${id}-part.md`, packageText(id))
  await victim.done('agent', 'feature', 'finalize-tasks', '--feature', FEATURE)
  victim.commitAll('start')
  return folder
}

export function packageText(id: string, keys = ''): string {
  return `---\nwork_package_id: ${id}\ntitle: Part ${id}\nlane: planned\ndependencies: []\nsubtasks: [T${id.slice(2)}1]\n${keys}---\n\n# Part\n\n- [ ] T${id.slice(2)}1 Do it\n`
}

/** Milliseconds. A command that takes longer hangs, on the busiest machine too. */
const HANGS_AFTER = 30_000

/** Variables in the test runner's environment that would change the program's behavior. */
const FOREIGN = /^(GIT_|KITTY_|XDG_|NO_COLOR$|FORCE_COLOR$|VITEST|NODE_OPTIONS$|HOME$)/

function run(victim: Victim, options: RunOptions, args: readonly string[]): Promise<Run> {
  const inherited = Object.entries(process.env).filter(([name]) => !FOREIGN.test(name))
  const env = {
    ...Object.fromEntries(inherited),
    HOME: victim.home,
    KITTY_ACTOR: 'ada',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_CONFIG_SYSTEM: '/dev/null',
    ...options.env,
  }
  const masked = options.umask === undefined ? undefined : process.umask(options.umask)
  const child = spawn(process.execPath, [PROGRAM, ...args], {
    cwd: options.cwd ?? victim.root,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(options.uid !== undefined && { uid: options.uid, gid: options.uid }),
  })
  if (masked !== undefined) process.umask(masked)
  let [memory, seconds] = [0, 0]
  const look = setInterval(() => {
    memory = Math.max(memory, peakMemory(child.pid ?? 0))
    seconds = Math.max(seconds, processorTime(child.pid ?? 0))
  }, 20)
  const hangs = setTimeout(() => child.kill('SIGKILL'), HANGS_AFTER)
  const ends =
    options.endsAfter === undefined ? undefined : setTimeout(() => child.kill('SIGINT'), options.endsAfter)
  return new Promise((resolve, reject) => {
    const [out, err]: [Buffer[], Buffer[]] = [[], []]
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk))
    child.stderr.on('data', (chunk: Buffer) => err.push(chunk))
    child.on('error', reject)
    child.on('close', (code, signal) => {
      clearInterval(look)
      clearTimeout(hangs)
      clearTimeout(ends)
      if (signal === 'SIGKILL') reject(new Error(`kitty ${args.join(' ')} hangs`))
      const [stdout, stderr] = [Buffer.concat(out).toString('utf8'), Buffer.concat(err).toString('utf8')]
      resolve({ args, code, stdout, stderr, seconds, memory })
    })
  })
}

/** In MB, of a process or of a child of its own, the one that has used more. */
function peakMemory(pid: number, key: 'VmHWM' | 'RssAnon' = 'VmHWM'): number {
  const kilobytes = new RegExp(`^${key}:\\s+(\\d+)`, 'm').exec(procFile(pid, 'status'))?.[1] ?? 0
  // Git maps a file that it compares, which takes no memory that others need: only what it allocates counts.
  return Math.max(Number(kilobytes) / 1024, ...childrenOf(pid).map((child) => peakMemory(child, 'RssAnon')))
}

/** In seconds, of a process and of everything that it started. */
function processorTime(pid: number): number {
  // Past the name, which may hold spaces: utime, stime, and both of the children that have ended, in ticks of 10 ms.
  const fields = procFile(pid, 'stat').split(') ').at(-1)?.split(' ') ?? []
  const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0)
  return ticks / 100 + childrenOf(pid).reduce((sum, child) => sum + processorTime(child), 0)
}

function childrenOf(pid: number): number[] {
  return procFile(pid, `task/${pid}/children`).split(' ').filter(Boolean).map(Number)
}

/** Empty when the process has ended, and where the system has no /proc. */
function procFile(pid: number, name: string): string {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'utf8')
  } catch {
    return ''
  }
}

/** What no command may exceed, in a repository of any stranger's. */
export function expectBounded(ran: Run): void {
  expect(ran.seconds, `${ran.args.join(' ')}: seconds of processor time`).toBeLessThan(2)
  expect(ran.memory, `${ran.args.join(' ')}: MB`).toBeLessThan(300)
}

let count = 0

/** An event as a stranger may write it. */
export function event(changes: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  count += 1
  return {
    event_id: `01ARZ3NDEKTSV4RRFF${String(count).padStart(8, '0')}`,
    event_type: 'NoteAdded',
    event_version: 1,
    lamport_clock: 20,
    entity_id: 'WP01',
    entity_type: 'WorkPackage',
    timestamp: `${DAY}T10:00:00.000Z`,
    actor: 'eve',
    causation_id: null,
    correlation_id: null,
    payload: { feature_slug: FEATURE, text: 'hello' },
    ...changes,
  }
}

export function movedTo(
  lane: string,
  changes: Readonly<Record<string, unknown>> = {},
): Record<string, unknown> {
  const payload = { feature_slug: FEATURE, old_status: 'planned', new_status: lane }
  return event({ event_type: 'WPStatusChanged', payload, ...changes })
}

/** Control, bidi, zero-width, tag and other invisible characters. Newlines and tabs are text. */
export const UNSEEN =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\u3164\ufe00-\ufe0e\ufeff\uffa0\ufff0-\ufffb\u{e0000}-\u{e0fff}]/u

/** Runs git, which is a program of the test's own, with input. */
export function gitWithInput(root: string, input: string | Buffer, ...args: string[]): string {
  return execFileSync('git', args, { cwd: root, input, encoding: 'utf8', maxBuffer: Infinity }).trim()
}

export const IS_ROOT = process.getuid?.() === 0
