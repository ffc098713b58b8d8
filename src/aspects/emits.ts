import { assertSameOperation, type Repeatable } from '../core/errors/key-is-taken.js'
import type { LogEvent } from '../core/events-lib.js'
import type { Decision, EventStore, Provenance } from '../core/store/event-store.js'
import { around, MisusedAspect } from './around.js'

interface Caused extends Repeatable<LogEvent> {
  readonly provenance: Provenance
  /** The operation continues an earlier run with the same key, and has checked that run itself. */
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
  // Both casts: the decorator's type below allows it only on methods that return a Decision.
  type Answer = Awaited<ReturnType<typeof proceed>>
  if (earlier.length > 0) return { drafts: [], events: earlier, repeated: true } satisfies Decision as Answer
  const decision = (await proceed()) as Decision
  return { ...decision, events: await store.append(decision.drafts, provenance) } as Answer
})

function isCaused(request: unknown): request is Caused {
  return typeof request === 'object' && request !== null && 'provenance' in request
}

/**
 * Appends the events that the method decided on, and returns its answer with the events as written. If the causation ID
 * is already in the log, the method does not run: the caller gets the earlier events when the request confirms that
 * they are what it asks for (`repeats`), and an error otherwise. Goes inside `@Exclusive`.
 */
export function Emits(
  target: { readonly store: EventStore },
  method: string | symbol,
  // `never`, since a method may need more than a provenance; the argument is checked at call time.
  descriptor: TypedPropertyDescriptor<(request: never) => Promise<Decision>>,
): void {
  emits(target, method, descriptor)
}
