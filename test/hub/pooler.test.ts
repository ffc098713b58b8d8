import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { HubListener } from '../../src/core/hub/hub-listener.js'
import { EventStore } from '../../src/core/store/event-store.js'
import { FEATURE } from '../support/kitty.js'
import { noServer, PostgresServer } from './support/postgres-server.js'
import { pair } from './support/team.js'
import { noPooler, TransactionPooler } from './support/transaction-pooler.js'

describe.skipIf(noServer !== undefined || noPooler !== undefined)('a hub behind a transaction pooler', () => {
  let server: PostgresServer
  let pooler: TransactionPooler
  beforeAll(async () => {
    server = await PostgresServer.start({ fsync: 'off' })
    await server.database()
    pooler = await TransactionPooler.before(server)
  })
  afterAll(async () => {
    await pooler.close()
    await server.down()
  })

  it('takes appends, and a listener looks without being told to', async () => {
    const [ada, bob] = await pair(server, [pooler.host])
    const over = new AbortController()
    const listening = bob.run(HubListener, (listener) => listener.listen(over.signal, () => undefined))
    await new Promise((resolve) => setTimeout(resolve, 500))
    await ada.move('doing')
    // Offline: only the listener asks the hub.
    const lane = (): Promise<string | undefined> =>
      bob.run(EventStore, async (store) => (await store.workPackage(FEATURE, 'WP01'))?.lane)
    for (let attempt = 0; (await lane()) !== 'doing' && attempt < 60; attempt += 1)
      await new Promise((resolve) => setTimeout(resolve, 200))
    over.abort()
    await listening
    expect(await lane()).toBe('doing')
  })
})
