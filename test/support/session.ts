import { monotonicFactory } from 'ulid'
import { createContainer } from '../../src/core/di/container.js'
import type { Session } from '../../src/core/workspace/session.js'
import { EventStore, type Provenance } from '../../src/core/store/event-store.js'
import type { Resolver, ServiceId } from '../../src/core/token.js'

export interface SessionFacts {
  readonly cwd: string
  readonly env?: Readonly<Record<string, string>>
  readonly endsWithCommand?: boolean
  /** Called for every reading of the clock. */
  readonly now?: () => Date
  /** Called after an event gets its ID and, with it, its time. */
  readonly onStamp?: () => void
}

export function testSession({
  cwd,
  env = {},
  endsWithCommand = false,
  now = () => new Date(),
  onStamp = () => undefined,
}: SessionFacts): Session {
  const nextUlid = monotonicFactory(() => Math.random())
  return {
    cwd,
    env: { KITTY_ACTOR: 'ada', ...env },
    endsWithCommand,
    now,
    nextId: (at) => {
      onStamp()
      return nextUlid(at.getTime())
    },
    progress: () => undefined,
    progressDone: () => undefined,
  }
}

/** The program's own wiring, without its command line. */
export interface InProcess {
  readonly container: Resolver
  readonly store: EventStore
  service<T>(token: ServiceId<T>): Promise<T>
}

export async function inProcess(facts: SessionFacts): Promise<InProcess> {
  const container = createContainer(testSession(facts))
  return {
    container,
    store: await container.resolve(EventStore),
    service: (token) => container.resolve(token),
  }
}

export const BY_ADA: Provenance = { actor: 'ada', causationId: null, correlationId: null }
