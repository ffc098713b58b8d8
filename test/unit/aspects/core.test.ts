import { describe, expect, it } from 'vitest'
import { Emits } from '../../../src/aspects/emits.js'
import { Exclusive } from '../../../src/aspects/exclusive.js'
import { RebuildOnCorruption } from '../../../src/aspects/rebuild-on-corruption.js'
import { IndexUnusable, LineNotThere } from '../../../src/core/index/index-unusable.js'
import { note } from '../../support/events.js'
import { BY_ADA } from '../../support/session.js'
import {
  type Decision,
  decided,
  type EventStore,
  type Provenance,
} from '../../../src/core/store/event-store.js'
import type { IndexHealth } from '../../../src/core/index/index-health.js'

const DRAFT = {
  event_type: 'NoteAdded' as const,
  entity_id: 'WP01',
  entity_type: 'WorkPackage' as const,
  payload: { feature_slug: '001-login', text: 'x' },
}

describe('@Exclusive', () => {
  it('runs the method inside the store’s lock, under its own name', async () => {
    const said: string[] = []
    const store = {
      exclusively: async (purpose: string, work: () => Promise<unknown>) => {
        said.push(`lock for ${purpose}`)
        const answer = await work()
        said.push('released')
        return answer
      },
    }
    class Claim {
      constructor(readonly store: EventStore) {}
      @Exclusive
      async take(): Promise<string> {
        said.push('taken')
        return 'mine'
      }
    }
    expect(await new Claim(store as unknown as EventStore).take()).toBe('mine')
    expect(said).toEqual(['lock for Claim.take', 'taken', 'released'])
  })
})

describe('@Emits', () => {
  class Decider {
    decisions = 0
    constructor(readonly store: EventStore) {}
    @Emits
    async decide(request: { provenance: Provenance }): Promise<Decision> {
      this.decisions++
      expect(request.provenance.actor).toBe('ada')
      return decided([DRAFT])
    }
  }
  const storeWith = (earlier: readonly unknown[], appended: unknown[]): EventStore => {
    const store = {
      causedBy: async () => earlier,
      append: async (drafts: readonly unknown[]) => {
        appended.push(...drafts)
        return [note(7)]
      },
    }
    return store as unknown as EventStore // only what the aspect calls
  }

  it('appends what was decided and answers with the events as written', async () => {
    const appended: unknown[] = []
    const decider = new Decider(storeWith([], appended))
    const decision = await decider.decide({ provenance: BY_ADA })
    expect(appended).toEqual([DRAFT])
    expect(decision).toEqual({ drafts: [DRAFT], events: [note(7)], repeated: false })
  })

  it('does not decide again what was carried out before: the first events are the answer', async () => {
    const appended: unknown[] = []
    const decider = new Decider(storeWith([note(3)], appended))
    const decision = await decider.decide({ provenance: { ...BY_ADA, causationId: 'op-1' } })
    expect(decision).toEqual({ drafts: [], events: [note(3)], repeated: true })
    expect([decider.decisions, appended]).toEqual([0, []])
  })

  it('refuses a call that does not say who does it', async () => {
    const decider = new Decider(storeWith([], []))
    // What plain JavaScript may pass.
    const call = decider.decide.bind(decider) as unknown as (request: unknown) => Promise<Decision>
    await expect(call({})).rejects.toThrow('@Emits on Decider.decide: its first argument needs a provenance.')
  })
})

describe('@RebuildOnCorruption', () => {
  class Reader {
    attempts = 0
    constructor(
      readonly health: IndexHealth,
      private readonly failures: readonly Error[],
    ) {}
    @RebuildOnCorruption
    async read(): Promise<number> {
      const failure = this.failures[this.attempts++]
      if (failure !== undefined) throw failure
      return this.attempts
    }
  }
  const damage = (): IndexUnusable => new IndexUnusable('damaged', 'malformed')
  const reading = (...failures: Error[]) => {
    const recovered: unknown[] = []
    const health = {
      canRecoverFrom: (error: unknown) => error instanceof IndexUnusable,
      mayPass: (error: unknown) => error instanceof LineNotThere,
      recover: async (error: unknown) => void recovered.push(error),
    }
    return { reader: new Reader(health as unknown as IndexHealth, failures), recovered } // only what the aspect calls
  }

  it('reads again after the index was rebuilt', async () => {
    const { reader, recovered } = reading(damage())
    expect(await reader.read()).toBe(2)
    expect(recovered).toHaveLength(1)
  })

  it('first asks again about a line that is not there, and then takes it for damage', async () => {
    const moved = new LineNotThere({ file: '2026-11-22.jsonl', line: 6 })
    const asked = reading(moved, moved)
    expect([await asked.reader.read(), asked.recovered.length]).toEqual([3, 0])
    const damaged = reading(moved, moved, moved)
    expect([await damaged.reader.read(), damaged.recovered.length]).toEqual([4, 1])
  })

  it('tries once more, the log read directly, and then gives up', async () => {
    expect(await reading(damage(), damage()).reader.read()).toBe(3)
    const { reader, recovered } = reading(damage(), damage(), damage())
    await expect(reader.read()).rejects.toThrow(IndexUnusable)
    expect([reader.attempts, recovered.length]).toEqual([3, 2])
  })

  it('lets every other error through on the first try', async () => {
    const defect = new TypeError('of another kind')
    const { reader, recovered } = reading(defect)
    await expect(reader.read()).rejects.toBe(defect)
    expect([reader.attempts, recovered.length]).toEqual([1, 0])
  })
})
