import { monotonicFactory } from 'ulid'

/**
 * The built program's services in this process, for measurements without process start.
 * @returns `{ store, status, close() }`
 */
export async function openStore(root) {
  const { createContainer } = await import('../../dist/core/di/container.js')
  const { EventStore } = await import('../../dist/core/store/event-store.js')
  const { Status } = await import('../../dist/core/services/board/status.js')
  const { randomFractions } = await import('../../dist/core/cli/random-bytes.js')
  const container = createContainer(session(root, randomFractions()))
  const store = await container.resolve(EventStore)
  return { store, status: await container.resolve(Status), close: () => store.close() }
}

function session(cwd, random) {
  const nextUlid = monotonicFactory(random)
  const nothing = () => undefined
  return {
    cwd,
    env: {},
    now: () => new Date(),
    nextId: (at) => nextUlid(at.getTime()),
    progress: nothing,
    progressDone: nothing,
  }
}

/**
 * Emits one durable note.
 * @returns the event
 */
export async function emitNote(store, { feature, id }, text, actor = 'bench') {
  const draft = {
    event_type: 'NoteAdded',
    entity_id: id,
    entity_type: 'WorkPackage',
    payload: { feature_slug: feature, text },
  }
  const [event] = await store.emit([draft], { actor, causationId: null, correlationId: null })
  return event
}
