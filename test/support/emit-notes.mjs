// Emits notes through the built program's store, in a separate process: `node emit-notes.mjs COUNT NAME`. Prints the ID
// of every event once it is acknowledged.
import { monotonicFactory } from 'ulid'
import { createContainer } from '../../dist/core/di/container.js'
import { EventStore } from '../../dist/core/store/event-store.js'

const [count, actor] = process.argv.slice(2)
const nextUlid = monotonicFactory()
const session = {
  cwd: process.cwd(),
  env: process.env,
  now: () => new Date(),
  nextId: (at) => nextUlid(at.getTime()),
  progress: () => undefined,
  progressDone: () => undefined,
}
const store = await createContainer(session).resolve(EventStore)
const acknowledged = []
for (let n = 1; n <= Number(count); n++) {
  const payload = { feature_slug: '001-login', text: `${actor} ${n}` }
  const draft = { event_type: 'NoteAdded', entity_id: 'WP01', entity_type: 'WorkPackage', payload }
  const [event] = await store.emit([draft], { actor, causationId: null, correlationId: null })
  acknowledged.push(event.event_id)
}
await store.close()
process.stdout.write(`${acknowledged.join('\n')}\n`)
