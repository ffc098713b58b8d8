import { cpSync, existsSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { createContainer } from '../../src/core/di/container.js'
import type { NewEvent } from '../../src/core/events-lib.js'
import { kitty as run, PROGRAM } from './program.js'
import { testSession } from './session.js'
import { keptFolder, tempFolder } from './temp-folder.js'
import { gitIn, TempRepository } from './temp-repository.js'
import { Notices } from '../../src/core/errors/notices.js'
import { EventStore, type Provenance } from '../../src/core/store/event-store.js'
import { Initialize } from '../../src/core/services/initialize.js'
import { SetupSpec } from '../../src/core/services/features/setup-spec.js'
import { FinalizeTasks } from '../../src/core/services/features/finalize-tasks.js'
import type { Resolver, ServiceId } from '../../src/core/token.js'

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
  return createContainer(testSession({ cwd, env, now }))
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

/** Runs the built program in a separate process, with git's defaults. */
export async function kitty(cwd: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Ran> {
  const ownGit = { GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_SYSTEM: '/dev/null' }
  const { code, stdout, stderr } = await run({ cwd, env: { ...ownGit, ...env } }, ...args)
  return { code: code ?? -1, stdout, stderr, json: () => JSON.parse(stdout) as Record<string, unknown> }
}

/** Creates a folder to put first in the PATH: has `kitty`, as a merge driver calls it, and the given programs. */
export function shims(programs: Readonly<Record<string, string>> = {}): { PATH: string } {
  const folder = tempFolder()
  const all = { kitty: `#!/bin/sh\nexec ${process.execPath} ${PROGRAM} "$@"\n`, ...programs }
  for (const [name, script] of Object.entries(all)) writeFileSync(join(folder, name), script, { mode: 0o755 })
  return { PATH: `${folder}:${process.env['PATH'] ?? ''}` }
}

/** The git that a program in its place hands on to. */
export function realGit(): string {
  const found = (process.env['PATH'] ?? '')
    .split(':')
    .map((folder) => join(folder, 'git'))
    .find((path) => existsSync(path))
  if (found === undefined) throw new Error('git is not on the PATH')
  return found
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
  const root = keptFolder()
  const repository = new TempRepository(root, { commits: false })
  signAs(root, 'Ada')
  repository.write('README.md', '# A repository\n')
  repository.write('.git/info/exclude', '/kitty-specs/\n')
  await inProcess(root, Initialize, async (service) => service.initialise())
  await inProcess(root, SetupSpec, (service) => service.setUp({ slug: FEATURE, provenance: by('ada') }))
  for (const id of ['WP01', 'WP02', 'WP03']) {
    const waits = id === 'WP02' ? 'dependencies: [WP01]\n' : ''
    repository.write(
      `kitty-specs/${FEATURE}/tasks/${id}-part.md`,
      `---\nwork_package_id: ${id}\ntitle: Part ${id}\nsubtasks: [T0${id.slice(2)}]\n${waits}---\n# ${id}\n`,
    )
  }
  await inProcess(root, FinalizeTasks, (service) =>
    service.finalize({ features: [FEATURE], all: false, provenance: by('ada') }),
  )
  repository.commitAll('start')
  return root
}

/** Clones to the same branch, with kitty's git setup. */
export async function cloneOf(origin: string): Promise<string> {
  const folder = join(tempFolder(), 'clone')
  gitIn(dirname(folder), 'clone', '--quiet', origin, folder)
  signAs(folder, 'Bob')
  await inProcess(folder, Initialize, async (service) => service.initialise())
  return folder
}

/** The repository's own user, for git that kitty runs. */
function signAs(folder: string, name: string): void {
  gitIn(folder, 'config', 'user.name', name)
  gitIn(folder, 'config', 'user.email', `${name.toLowerCase()}@example.org`)
  gitIn(folder, 'config', 'commit.gpgsign', 'false')
}

export function commitLog(folder: string): void {
  gitIn(folder, 'add', '.kittify')
  gitIn(folder, 'commit', '--quiet', '--allow-empty', '--message', 'log')
}

/** Merges the log of `from` where git cannot run kitty, so that git's own union merge takes over. */
export function pullFrom(folder: string, from: string): void {
  gitIn(folder, 'pull', '--quiet', '--no-rebase', '--no-edit', from, 'main')
}
