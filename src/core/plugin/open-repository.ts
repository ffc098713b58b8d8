import { createContainer } from '../di/container.js'
import { Notices } from '../errors/notices.js'
import { EventStore, type Provenance } from '../store/event-store.js'
import type { Resolver, ServiceId } from '../token.js'
import { Scope } from '../services/scope.js'
import { Workspace } from '../workspace/workspace.js'
import { announceHost } from './api-version.js'
import type { StampedDefinition } from './definition.js'
import { extensionsOf } from './host/extensions.js'
import { randomBytes } from 'node:crypto'
import { monotonicFactory } from 'ulid'
import type { Session } from '../workspace/session.js'

export interface RepositoryOptions {
  /** A folder of the repository; the current one by default. */
  readonly folder?: string
  /** Who writes. By default as on the command line: KITTY_ACTOR, git's `user.name`, the system's user. */
  readonly actor?: string
  /**
   * Definitions whose event types, rules and services to use. Installed plugins are not loaded: what code runs in your
   * program is your decision. Hooks do not run.
   */
  readonly plugins?: readonly StampedDefinition[]
  /** The environment to read KITTY_… from; that of the process by default. */
  readonly env?: Readonly<Record<string, string | undefined>>
}

/** A repository's services, as one process of the command line has them. */
export interface Repository {
  /** The folder that holds `.kittify`. */
  readonly root: string
  readonly store: EventStore
  /** @throws Error if nothing serves the token */
  service<T>(token: ServiceId<T>): Promise<T>
  /** Says who writes; pass it to what writes. @param causationId a repeat with the same key writes nothing */
  provenance(causationId?: string): Provenance
  /** What the command line would have printed as warnings so far. */
  warnings(): readonly string[]
  /** Saves the clock and closes the files. Call it once, when everything that was asked for has been answered. */
  close(): Promise<void>
}

/**
 * Opens a repository in which kitty is set up, for a program of your own. Reads and writes like the command line, with
 * the same lock, and at the same time as it.
 * @throws KittyError NotAGitRepository, NotInitialised or UnsafeSetup
 */
export async function openRepository(options: RepositoryOptions = {}): Promise<Repository> {
  const { folder = process.cwd(), plugins = [], env = process.env } = options
  announceHost()
  const session = embeddedSession(
    folder,
    options.actor === undefined ? env : { ...env, KITTY_ACTOR: options.actor },
  )
  const resolver: Resolver = createContainer(session, {
    ...extensionsOf(plugins.map((definition) => ({ definition, module: '' }))),
    hooks: [],
  })
  const [workspace, notices] = await Promise.all([resolver.resolve(Workspace), resolver.resolve(Notices)])
  const store = await resolver.resolve(EventStore)
  const scope = new Scope(workspace, session, store)
  return {
    root: workspace.root,
    store,
    service: (token) => resolver.resolve(token),
    provenance: (causationId) => scope.provenance({ 'idempotency-key': causationId }),
    warnings: () => notices.all,
    close: () => store.close(),
  }
}

/** The session of a program that uses kitty as a library. Shows no progress. */
export function embeddedSession(cwd: string, env: Session['env']): Session {
  const nextUlid = monotonicFactory(() => randomBytes(1).readUInt8() / 256)
  return {
    cwd,
    env,
    now: () => new Date(),
    nextId: (now) => nextUlid(now.getTime()),
    progress: () => undefined,
    progressDone: () => undefined,
  }
}
