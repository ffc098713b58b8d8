/**
 * A writer process: waits for stdin to end, then emits durable events one by one for a while. Usage: `node writer.mjs
 * NAME FEATURE WP SECONDS`. Prints the IDs of its events: after a `+` those that were durable in time, after a `-` the
 * others.
 */
import { once } from 'node:events'
import { emitNote, openStore } from './suite/store.mjs'

const [name, feature, id, seconds] = process.argv.slice(2)
const { store, close } = await openStore(process.cwd())
await emitNote(store, { feature, id }, `${name} is ready`, name)
process.stdout.write('ready\n')
await once(process.stdin.resume(), 'end')
const until = performance.now() + Number(seconds) * 1000
const acknowledged = []
while (performance.now() < until) {
  const event = await emitNote(store, { feature, id }, `${name} ${acknowledged.length}`, name)
  acknowledged.push(`${performance.now() <= until ? '+' : '-'}${event.event_id}`)
}
await close()
process.stdout.write(`${acknowledged.join('\n')}\n`)
