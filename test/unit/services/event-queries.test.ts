import { describe, expect, it } from 'vitest'
import { EventQueries } from '../../../src/core/services/events/event-queries.js'
import { EventStore } from '../../../src/core/store/event-store.js'
import { Project } from '../../support/project.js'

describe('the newest events', () => {
  it('are all that is read of a long log, and the rest is counted', async () => {
    const demo = await new Project().withPackages({ WP01: {}, WP02: {}, WP03: {}, WP04: {} })
    await demo.use(async (services) => {
      const store = await services.get(EventStore)
      const queries = await services.get(EventQueries)
      const all = await queries.list(store, {})
      const asked: (number | undefined)[] = []
      const watched = Object.assign(Object.create(store) as EventStore, {
        read: async (filter: Parameters<EventStore['read']>[0]) => {
          asked.push(filter?.limit)
          return store.read(filter)
        },
      })
      expect(await queries.newest(watched, {}, 2)).toEqual({ rows: all.slice(-2), total: all.length })
      expect(await queries.newest(watched, {}, all.length)).toEqual({ rows: all, total: all.length })
      expect(await queries.newest(watched, {}, undefined)).toEqual({ rows: all, total: all.length })
      expect(asked).toEqual([2, all.length, undefined])
    })
  })
})
