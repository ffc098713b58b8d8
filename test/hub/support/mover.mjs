/**
 * A process of the built program's own services that moves packages through the hub, each move expecting the lane that
 * it has read: `node mover.mjs COUNT PACKAGES SEED`, in a clone. Prints a line for each answer: `+ID` for a move that
 * the hub took, `~ID` for one that went on without the hub, `-KIND` for one that was refused.
 */
import { createContainer } from '../../../dist/core/di/container.js'
import { processSession } from '../../../dist/core/cli/process-session.js'
import { isKittyError } from '../../../dist/core/errors/kitty-error.js'
import { Notices } from '../../../dist/core/errors/notices.js'
import { MoveTask } from '../../../dist/core/services/moves/move-task.js'
import { EventStore } from '../../../dist/core/store/event-store.js'

const FEATURE = '001-login'
/** A clone leaves a hub that failed alone for 30 seconds. */
const PAUSE_MS = 31_000

const [count, packages, start] = process.argv.slice(2).map(Number)
const actor = process.env.KITTY_ACTOR
let later = 0
const session = { ...processSession(), now: () => new Date(Date.now() + later) }
const container = createContainer(session)
const store = await container.resolve(EventStore)
const notices = await container.resolve(Notices)
const tasks = await container.resolve(MoveTask)
let seed = start
const next = (below) => (seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648) % below

for (let made = 0; made < count;) {
  const workPackage = `WP${String((next(1_000_003) % packages) + 1).padStart(2, '0')}`
  const said = notices.all.length
  try {
    const { lane } = await store.workPackage(FEATURE, workPackage)
    const to = lane === 'doing' ? 'planned' : 'doing'
    const provenance = { actor, causationId: null, correlationId: null }
    const request = {
      feature: FEATURE,
      workPackage,
      to,
      expect: lane,
      force: true,
      reason: 'a test',
      provenance,
    }
    const { event } = await tasks.move(request)
    const isLocal = notices.all.slice(said).some((text) => text.includes('offered to the hub later'))
    process.stdout.write(`${isLocal ? '~' : '+'}${event.event_id}\n`)
    made += 1
  } catch (error) {
    if (!isKittyError(error)) throw error
    process.stdout.write(`-${error.kind}\n`)
    if (error.kind === 'HubUnreachable') later += PAUSE_MS
  }
}
await store.close()
