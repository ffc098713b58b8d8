import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { monotonicFactory } from 'ulid'
import { createContainer } from '../../src/core/di/container.js'
import type { NewEvent } from '../../src/core/events-lib.js'
import { preloaded } from './program.js'
import { tempFolder } from './temp-folder.js'
import { gitIn } from './temp-repository.js'
import { Notices } from '../../src/core/errors/notices.js'
import { EventStore, type Provenance } from '../../src/core/store/event-store.js'
import { Initialize } from '../../src/core/services/initialize.js'
import { SetupSpec } from '../../src/core/services/setup-spec.js'
import { FinalizeTasks } from '../../src/core/services/finalize-tasks.js'
import type { Resolver, ServiceId } from '../../src/core/token.js'

const RUN = fileURLToPath(new URL('../../bin/run.js', import.meta.url))
const nextUlid = monotonicFactory(() => randomBytes(1).readUInt8() / 256)

export const FEATURE = '001-login'

export interface Answer<T> {
  readonly result: T
  readonly warnings: readonly string[]
}

/** Kitty's services, as a process in that folder would have them. */
export function kittyIn(
  cwd: string,
  env: Readonly<Record<string, string>> = { KITTY_ACTOR: 'ada' },
  now: () => Date = () => new Date(),
): Resolver {
  const nextId = (at: Date): string => nextUlid(at.getTime())
  return createContainer({ cwd, env, now, nextId, progress: () => undefined, progressDone: () => undefined })
}

/** Runs one command's worth of the program in this process: opens a container and closes it. */
export async function inProcess<T, S>(
  cwd: string,
  token: ServiceId<S>,
  work: (service: S, store: () => Promise<EventStore>) => Promise<T>,
  now: () => Date = () => new Date(),
): Promise<Answer<T>> {
  const resolver = kittyIn(cwd, {}, now)
  const notices = await resolver.resolve(Notices)
  const store = (): Promise<EventStore> => resolver.resolve(EventStore)
  try {
    const result = await work(await resolver.resolve(token), store)
    return { result, warnings: notices.all }
  } finally {
    await (await store()).close()
  }
}

export function by(actor: string): Provenance {
  return { actor, causationId: null, correlationId: null }
}

export async function emit(
  cwd: string,
  actor: string,
  ...drafts: NewEvent[]
): Promise<Answer<readonly string[]>> {
  return inProcess(cwd, EventStore, async (store) =>
    (await store.emit(drafts, by(actor))).map((event) => event.event_id),
  )
}

export function move(
  new_status: string,
  entity_id = 'WP01',
  old_status = 'planned',
  feature_slug = FEATURE,
): NewEvent {
  return {
    event_type: 'WPStatusChanged',
    entity_id,
    entity_type: 'WorkPackage',
    payload: { feature_slug, old_status, new_status },
  }
}

export interface Ran {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
  /** Parses the one document on stdout. */
  json(): Record<string, unknown>
}

/** Runs the built program in a separate process. */
export async function kitty(cwd: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Ran> {
  const inherited = Object.entries(process.env).filter(
    ([name]) => !/^(GIT_|KITTY_|VITEST|NODE_OPTIONS)/.test(name),
  )
  const options = {
    cwd,
    env: {
      ...Object.fromEntries(inherited),
      GIT_CONFIG_GLOBAL: '/dev/null',
      GIT_CONFIG_SYSTEM: '/dev/null',
      ...preloaded(),
      ...env,
    },
  }
  return new Promise((resolve) => {
    execFile(process.execPath, [RUN, ...args], options, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : -1
      resolve({ code, stdout, stderr, json: () => JSON.parse(stdout) as Record<string, unknown> })
    })
  })
}

/** Creates a folder to put first in the PATH: has `kitty`, as a merge driver calls it, and the given programs. */
export function shims(programs: Readonly<Record<string, string>> = {}): { PATH: string } {
  const folder = tempFolder()
  const all = { kitty: `#!/bin/sh\nexec ${process.execPath} ${RUN} "$@"\n`, ...programs }
  for (const [name, script] of Object.entries(all)) writeFileSync(join(folder, name), script, { mode: 0o755 })
  return { PATH: `${folder}:${process.env['PATH'] ?? ''}` }
}

/**
 * A repository with a feature of three work packages, each with a subtask; WP02 depends on WP01. Everything except the
 * packages' files is committed, so that two clones only ever merge the log.
 */
export async function project(): Promise<string> {
  template ??= build()
  const folder = join(tempFolder(), 'project')
  cpSync(await template, folder, { recursive: true })
  return folder
}

let template: Promise<string> | undefined

async function build(): Promise<string> {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'kitty-template-')))
  process.once('exit', () => {
    rmSync(root, { recursive: true, force: true })
  })
  gitIn(root, 'init', '--quiet', '--initial-branch=main')
  for (const [key, value] of [
    ['user.name', 'Ada'],
    ['user.email', 'ada@example.org'],
    ['commit.gpgsign', 'false'],
  ] as const) {
    gitIn(root, 'config', key, value)
  }
  writeFileSync(join(root, 'README.md'), '# A repository\n')
  writeFileSync(join(root, '.git', 'info', 'exclude'), '/kitty-specs/\n')
  await inProcess(root, Initialize, async (service) => service.initialise())
  await inProcess(root, SetupSpec, (service) => service.setUp({ slug: FEATURE, provenance: by('ada') }))
  for (const id of ['WP01', 'WP02', 'WP03']) {
    const file = join(root, 'kitty-specs', FEATURE, 'tasks', `${id}-part.md`)
    mkdirSync(dirname(file), { recursive: true })
    const waits = id === 'WP02' ? 'dependencies: [WP01]\n' : ''
    writeFileSync(
      file,
      `---\nwork_package_id: ${id}\ntitle: Part ${id}\nsubtasks: [T0${id.slice(2)}]\n${waits}---\n# ${id}\n`,
    )
  }
  await inProcess(root, FinalizeTasks, (service) =>
    service.finalize({ features: [FEATURE], all: false, provenance: by('ada') }),
  )
  gitIn(root, 'add', '--all')
  gitIn(root, 'commit', '--quiet', '--message', 'start')
  return root
}

/** Clones to the same branch, with kitty's git setup. */
export async function cloneOf(origin: string): Promise<string> {
  const folder = join(tempFolder(), 'clone')
  gitIn(dirname(folder), 'clone', '--quiet', origin, folder)
  for (const [key, value] of [
    ['user.name', 'Bob'],
    ['user.email', 'bob@example.org'],
    ['commit.gpgsign', 'false'],
  ] as const) {
    gitIn(folder, 'config', key, value)
  }
  await inProcess(folder, Initialize, async (service) => service.initialise())
  return folder
}

export function commitLog(folder: string): void {
  gitIn(folder, 'add', '.kittify')
  gitIn(folder, 'commit', '--quiet', '--allow-empty', '--message', 'log')
}

/** Merges the log of `from` where git cannot run kitty, so that git's own union merge takes over. */
export function pullFrom(folder: string, from: string): void {
  gitIn(folder, 'pull', '--quiet', '--no-rebase', '--no-edit', from, 'main')
}
