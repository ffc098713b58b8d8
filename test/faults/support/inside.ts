import { monotonicFactory } from 'ulid'
import { createContainer } from '../../../src/core/di/container.js'
import type { NewEvent } from '../../../src/core/events-lib.js'
import { EventStore, type Provenance } from '../../../src/core/store/event-store.js'
import { Notices } from '../../../src/core/errors/notices.js'
import type { Resolver } from '../../../src/core/token.js'

/** Everything this harness writes bears this name, so that I3 knows what was written here. */
export const ACTOR = 'fault'

export const PROVENANCE: Provenance = { actor: ACTOR, causationId: null, correlationId: null }

/** The program's own services on a world, without a process for each look. */
export interface Inside {
  readonly resolver: Resolver
  readonly store: EventStore
  readonly notices: Notices
}

/** Runs `work` as one command would: services of its own, closed afterwards. */
export async function inside<T>(
  root: string,
  work: (kitty: Inside) => Promise<T>,
  now: () => Date = () => new Date(),
): Promise<T> {
  const nextUlid = monotonicFactory()
  const resolver = createContainer({
    cwd: root,
    env: { KITTY_ACTOR: ACTOR },
    now,
    nextId: (at) => nextUlid(at.getTime()),
    progress: () => undefined,
    progressDone: () => undefined,
  })
  const store = await resolver.resolve(EventStore)
  try {
    return await work({ resolver, store, notices: await resolver.resolve(Notices) })
  } finally {
    await store.close()
  }
}

export const FEATURE = '001-login'

export function noteDraft(text: string, workPackage = 'WP01'): NewEvent<'NoteAdded'> {
  return {
    event_type: 'NoteAdded',
    entity_id: workPackage,
    entity_type: 'WorkPackage',
    payload: { feature_slug: FEATURE, text },
  }
}
