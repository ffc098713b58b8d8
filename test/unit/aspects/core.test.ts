import { describe, expect, it } from 'vitest'
import { Emits } from '../../../src/aspects/emits.js'
import { Exclusive } from '../../../src/aspects/exclusive.js'
import { RebuildOnCorruption } from '../../../src/aspects/rebuild-on-corruption.js'
import { bindToResolver, type Token, TOKENS } from '../../../src/core/di/tokens.js'
import { IndexUnusable } from '../../../src/core/index/event-index.js'
import { type Decision, decided, type Provenance } from '../../../src/core/store/event-store.js'
import { note } from '../../support/events.js'
import { BY_ADA } from '../../support/session.js'

const DRAFT = {
  event_type: 'NoteAdded' as const,
  entity_id: 'WP01',
  entity_type: 'WorkPackage' as const,
  payload: { feature_slug: '001-login', text: 'x' },
}

function served<T extends object>(instance: T, token: symbol, service: unknown): T {
  bindToResolver(instance, {
    resolve: async <S>(asked: Token<S>): Promise<S> => {
      if (asked !== token) throw new Error(`asked for ${String(asked)}`)
      return service as S // the one service of this test
    },
  })
  return instance
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
      @Exclusive
      async take(): Promise<string> {
        said.push('taken')
        return 'mine'
      }
    }
    expect(await served(new Claim(), TOKENS.EventStore, store).take()).toBe('mine')
    expect(said).toEqual(['lock for Claim.take', 'taken', 'released'])
  })
})

describe('@Emits', () => {
  class Decider {
    decisions = 0
    @Emits
    async decide(request: { provenance: Provenance }): Promise<Decision> {
      this.decisions++
      expect(request.provenance.actor).toBe('ada')
      return decided([DRAFT])
    }
  }
  const storeWith = (earlier: readonly unknown[], appended: unknown[]) => ({
    causedBy: async () => earlier,
    append: async (drafts: readonly unknown[]) => {
      appended.push(...drafts)
      return [note(7)]
    },
  })

  it('appends what was decided and answers with the events as written', async () => {
    const appended: unknown[] = []
    const decider = served(new Decider(), TOKENS.EventStore, storeWith([], appended))
    const decision = await decider.decide({ provenance: BY_ADA })
    expect(appended).toEqual([DRAFT])
    expect(decision).toEqual({ drafts: [DRAFT], events: [note(7)], repeated: false })
  })

  it('does not decide again what was carried out before: the first events are the answer', async () => {
    const appended: unknown[] = []
    const decider = served(new Decider(), TOKENS.EventStore, storeWith([note(3)], appended))
    const decision = await decider.decide({ provenance: { ...BY_ADA, causationId: 'op-1' } })
    expect(decision).toEqual({ drafts: [], events: [note(3)], repeated: true })
    expect([decider.decisions, appended]).toEqual([0, []])
  })

  it('refuses a call that does not say who does it', async () => {
    const decider = served(new Decider(), TOKENS.EventStore, storeWith([], []))
    // What plain JavaScript may pass.
    const call = decider.decide.bind(decider) as unknown as (request: unknown) => Promise<Decision>
    await expect(call({})).rejects.toThrow('@Emits on Decider.decide: its first argument needs a provenance.')
  })
})

describe('@RebuildOnCorruption', () => {
  class Reader {
    attempts = 0
    constructor(private readonly failures: readonly Error[]) {}
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
      recover: async (error: unknown) => void recovered.push(error),
    }
    return { reader: served(new Reader(failures), TOKENS.IndexHealth, health), recovered }
  }

  it('reads again after the index was rebuilt', async () => {
    const { reader, recovered } = reading(damage())
    expect(await reader.read()).toBe(2)
    expect(recovered).toHaveLength(1)
  })

  it('tries once more, the log read directly, and then gives up', async () => {
    expect(await reading(damage(), damage()).reader.read()).toBe(3)
    const { reader, recovered } = reading(damage(), damage(), damage())
    await expect(reader.read()).rejects.toThrow(IndexUnusable)
    expect([reader.attempts, recovered.length]).toEqual([3, 2])
  })

  it('lets every other error through at once', async () => {
    const defect = new TypeError('of another kind')
    const { reader, recovered } = reading(defect)
    await expect(reader.read()).rejects.toBe(defect)
    expect([reader.attempts, recovered.length]).toEqual([1, 0])
  })
})
