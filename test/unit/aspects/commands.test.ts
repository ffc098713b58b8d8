import { describe, expect, it } from 'vitest'
import { WithErrorStorage } from '../../../src/aspects/with-error-storage.js'
import { WithEventStore } from '../../../src/aspects/with-event-store.js'
import { Config } from '@oclif/core'
import type { ErrorRecordDraft } from '../../../src/core/errors/error-record.js'
import { KittyCommand } from '../../../src/core/cli/kitty-command.js'
import { KittyError } from '../../../src/core/errors/kitty-error.js'
import { ErrorStorage } from '../../../src/core/errors/error-storage.js'
import { AfterEvents, NO_HOOKS } from '../../../src/core/plugin/host/after-events.js'
import { EventStore } from '../../../src/core/store/event-store.js'
import { bindToResolver, MissingBinding, type ServiceId } from '../../../src/core/token.js'

/** A command with both aspects, as a plugin would write it. */
class Claim extends KittyCommand<typeof Claim> {
  static override id = 'agent:tasks:claim'
  declare readonly eventStore: EventStore
  body: (command: Claim) => unknown = () => undefined

  @WithErrorStorage
  @WithEventStore
  async run(): Promise<unknown> {
    return this.body(this)
  }

  /** As oclif runs a command, without the printing. */
  async runAndRecord(): Promise<unknown> {
    try {
      return await this.run()
    } catch (error) {
      this.recordRefusal(error)
      throw error
    }
  }
}

interface Seen {
  readonly records: ErrorRecordDraft[]
  closed: number
}

/** A command in a container of services that note what is done to them, and of no hooks. */
function command(body: (command: Claim) => unknown): { run: () => Promise<unknown>; seen: Seen } {
  const seen: Seen = { records: [], closed: 0 }
  const services = new Map<unknown, unknown>([
    [ErrorStorage, { record: (draft: ErrorRecordDraft) => seen.records.push(draft), list: () => [] }],
    [EventStore, { written: new Set(), close: async () => (seen.closed += 1) }],
    [AfterEvents, NO_HOOKS],
  ])
  const resolve = async <T>(id: ServiceId<T>): Promise<T> => {
    if (!services.has(id)) throw new MissingBinding('not bound')
    return services.get(id) as T // put there above, under this token
  }
  const instance = new Claim([], new Config({ root: process.cwd() }))
  instance.body = body
  bindToResolver(instance, { resolve })
  return { run: () => instance.runAndRecord(), seen }
}

const failing = (error: unknown) => () => {
  throw error
}

describe('@WithEventStore', () => {
  it('gives the command the store', async () => {
    const { run } = command((self) => typeof self.eventStore.close)
    expect(await run()).toBe('function')
  })

  it('closes the store whatever happened', async () => {
    const good = command(() => 'fine')
    await good.run()
    const bad = command(failing(new Error('broken')))
    await expect(bad.run()).rejects.toThrow('broken')
    expect([good.seen.closed, bad.seen.closed]).toEqual([1, 1])
  })
})

describe('@WithErrorStorage', () => {
  it('lets the command record a refusal with what was attempted, and changes nothing about it', async () => {
    const refusal = new KittyError('StateTransitionError', 'WP01 cannot go to done', {
      context: { work_package: 'WP01', current_status: 'planned' },
    })
    const { run, seen } = command(failing(refusal))
    await expect(run()).rejects.toBe(refusal)
    expect(seen.records).toEqual([
      {
        error_type: 'StateTransitionError',
        entity_id: 'WP01',
        attempted_operation: 'agent tasks claim',
        reason: 'WP01 cannot go to done',
        context: { work_package: 'WP01', current_status: 'planned' },
      },
    ])
  })

  it.each([
    'ValidationError',
    'DependencyValidationError',
    'GateFailure',
    'DamagedData',
    'LostRace',
  ] as const)('records %s', async (kind) => {
    const { run, seen } = command(failing(new KittyError(kind, 'no')))
    await expect(run()).rejects.toThrow('no')
    expect(seen.records.map((record) => record.error_type)).toEqual([kind])
  })

  it.each(['UsageError', 'UnknownFeature', 'NotInitialised', 'LockTimeout'] as const)(
    'records no %s: it tells nothing of an entity',
    async (kind) => {
      const { run, seen } = command(failing(new KittyError(kind, 'no')))
      await expect(run()).rejects.toThrow('no')
      expect(seen.records).toEqual([])
    },
  )

  it("lets oclif's own exit and unknown errors through, unrecorded", async () => {
    const exit = Object.assign(new Error('EEXIT: 0'), { code: 'EEXIT', oclif: { exit: 0 } })
    for (const error of [exit, new TypeError('a defect')]) {
      const { run, seen } = command(failing(error))
      await expect(run()).rejects.toBe(error)
      expect(seen.records).toEqual([])
    }
  })

  it('goes outside @WithEventStore: a failure is recorded after the store is closed', async () => {
    const order: string[] = []
    const { run, seen } = command(failing(new KittyError('NotWritable', 'read-only')))
    await run().catch(() => order.push('thrown'))
    expect([seen.closed, seen.records.length, order]).toEqual([1, 1, ['thrown']])
  })
})
