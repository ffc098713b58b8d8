import { monotonicFactory } from 'ulid'

/**
 * The built program's services in this process, for what is measured without the start of one.
 * @returns `{ resolve(token), TOKENS, close() }`
 */
export async function openStore(root) {
  const { createContainer } = await import('../../dist/core/di/container.js')
  const { TOKENS } = await import('../../dist/core/di/tokens.js')
  const { randomFractions } = await import('../../dist/core/cli/random-bytes.js')
  const container = createContainer(session(root, randomFractions()))
  const store = await container.resolve(TOKENS.EventStore)
  return { store, resolve: (token) => container.resolve(token), TOKENS, close: () => store.close() }
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

/** One durable note. @returns the event */
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
