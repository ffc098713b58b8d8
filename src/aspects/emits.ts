import { assertSameOperation, type Repeatable } from '../core/errors/key-is-taken.js'
import type { LogEvent } from '../core/events-lib.js'
import type { Decision, EventStore, Provenance } from '../core/store/event-store.js'
import { around, MisusedAspect } from './around.js'

interface Caused extends Repeatable<LogEvent> {
  readonly provenance: Provenance
  /** The operation goes on where an earlier run of the same key left off, and has looked at that run itself. */
  readonly continues?: boolean
}

const emits = around<{ readonly store: EventStore }>('Emits', async (call, proceed) => {
  const [request] = call.args
  if (!isCaused(request))
    throw new MisusedAspect(`@Emits on ${call.name}: its first argument needs a provenance.`)
  const { provenance } = request
  const { store } = call.instance
  const { causationId } = provenance
  const earlier = causationId === null || request.continues === true ? [] : await store.causedBy(causationId)
  if (causationId !== null && earlier.length > 0) await assertSameOperation(causationId, earlier, request)
  // Both casts: the decorator's own type below lets it stand on methods that answer a Decision alone.
  type Answer = Awaited<ReturnType<typeof proceed>>
  if (earlier.length > 0) return { drafts: [], events: earlier, repeated: true } satisfies Decision as Answer
  const decision = (await proceed()) as Decision
  return { ...decision, events: await store.append(decision.drafts, provenance) } as Answer
})

function isCaused(request: unknown): request is Caused {
  return typeof request === 'object' && request !== null && 'provenance' in request
}

/**
 * What the method decided is appended, and its answer carries the events as written. An operation whose
 * causation id is in the log already is not decided again: its first events are the answer, if the request says that
 * they are what it asks for (`repeats`), else it is refused. Goes inside `@Exclusive`.
 */
export function Emits(
  target: { readonly store: EventStore },
  method: string | symbol,
  // `never`, since a method may ask for more than a provenance; what comes in is checked at the call.
  descriptor: TypedPropertyDescriptor<(request: never) => Promise<Decision>>,
): void {
  emits(target, method, descriptor)
}
