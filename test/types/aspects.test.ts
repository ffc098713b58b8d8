import { describe, expect, it } from 'vitest'
import { Emits } from '../../src/aspects/emits.js'
import { Exclusive } from '../../src/aspects/exclusive.js'
import { RebuildOnCorruption } from '../../src/aspects/rebuild-on-corruption.js'
import { WithErrorStorage } from '../../src/aspects/with-error-storage.js'
import { WithEventStore } from '../../src/aspects/with-event-store.js'
import type { IndexHealth } from '../../src/core/index/index-health.js'
import { EventStore, type Decision, decided, type Provenance } from '../../src/core/store/event-store.js'
import type { ErrorStorage } from '../../src/core/errors/error-storage.js'
import type { Resolver, Token } from '../../src/core/token.js'

/** Never called: each marked line is one the compiler must refuse, or else it reports an unused expectation. */
export function misusesThatDoNotCompile(): unknown {
  class NoField {
    // @ts-expect-error the class declares no eventStore to hand the store to
    @WithEventStore
    async run(): Promise<void> {}
  }
  class OtherField {
    declare readonly errorStorage: EventStore
    // @ts-expect-error what it declares is no error storage
    @WithErrorStorage
    async run(): Promise<void> {}
  }
  class NotAsync {
    declare readonly eventStore: EventStore
    declare readonly store: EventStore
    declare readonly health: IndexHealth
    // @ts-expect-error the method answers no promise
    @WithEventStore
    run(): number {
      return 1
    }
    // @ts-expect-error nor does this one
    @Exclusive
    claim(): void {}
    // @ts-expect-error nor does this one
    @RebuildOnCorruption
    read(): string {
      return ''
    }
  }
  class OnAField {
    declare readonly eventStore: EventStore
    // @ts-expect-error an aspect goes on a method
    @WithEventStore
    field = 1
  }
  // @ts-expect-error aspects are written without parentheses
  const called = () => WithEventStore()
  class NoStore {
    // @ts-expect-error the class has no store whose lock could be held
    @Exclusive
    async claim(): Promise<void> {}
  }
  class NoDecision {
    declare readonly store: EventStore
    // @ts-expect-error what it answers is no decision
    @Emits
    async decide(request: { provenance: Provenance }): Promise<number> {
      return request.provenance.actor.length
    }
  }
  class MissingInput {
    declare readonly store: EventStore
    @Emits
    async decide(request: { provenance: Provenance }): Promise<Decision> {
      throw new Error(request.provenance.actor)
    }
  }
  // @ts-expect-error a decider is not called without who, why and in what run
  const unasked: unknown = new MissingInput().decide({})
  const about = { event_type: 'NoteAdded', entity_id: 'WP01', entity_type: 'WorkPackage' } as const
  // @ts-expect-error an event needs its feature
  const homeless = decided([{ ...about, payload: { text: 'x' } }])
  return [NoField, OtherField, NotAsync, OnAField, called, NoStore, NoDecision, unasked, homeless]
}

/** Never called either. */
export async function tokensThatDoNotCompile(resolver: Resolver): Promise<unknown> {
  // @ts-expect-error a token serves its own port alone
  const store: ErrorStorage = await resolver.resolve(EventStore)
  // @ts-expect-error a token of one port is not one of another
  const token: Token<ErrorStorage> = EventStore
  return [store, token]
}

describe('what the compiler refuses', () => {
  it('is refused by `npm run types`, which reads this file; here only that the right use runs', async () => {
    class Command {
      declare readonly eventStore: EventStore
      declare readonly errorStorage: ErrorStorage
      @WithErrorStorage
      @WithEventStore
      async run(): Promise<number> {
        return 1
      }
    }
    // Nothing is installed in this process: the aspects say so instead of running the method bare.
    await expect(new Command().run()).rejects.toThrow(/Command\.run/)
  })
})
