/**
 * A process of the built program's own services, for what takes many writes or a held lock.
 *
 *   emit [COUNT [stays]]   notes on WP01, one after the other; the id of each on stdout once it is acknowledged. With
 *                          `stays` the index stays open after the last one
 *   hold                   the write lock, until the process ends
 */
import { createContainer } from '../../../dist/core/di/container.js'
import { processSession } from '../../../dist/core/cli/process-session.js'
import { WriteLock } from '../../../dist/core/lock/write-lock.js'
import { EventStore } from '../../../dist/core/store/event-store.js'

const [mode, count = 'Infinity', afterwards] = process.argv.slice(2)
const container = createContainer(processSession())

if (mode === 'hold') {
  const lock = await container.resolve(WriteLock)
  await lock.acquire('a long piece of work')
  process.stdout.write('held\n')
  setInterval(() => undefined, 60_000)
} else {
  const store = await container.resolve(EventStore)
  process.stdout.write('started\n')
  for (let at = 0; at < Number(count); at += 1) {
    const draft = {
      event_type: 'NoteAdded',
      entity_id: 'WP01',
      entity_type: 'WorkPackage',
      payload: { feature_slug: '001-login', text: `${process.pid} ${at}` },
    }
    const [event] = await store.emit([draft], { actor: 'fault', causationId: null, correlationId: null })
    process.stdout.write(`${event.event_id} ${event.lamport_clock} ${event.timestamp}\n`)
    if (at === 0) process.stdout.write('writing\n')
  }
  if (afterwards === 'stays') setInterval(() => undefined, 60_000)
  else await store.close()
}
