import { EventEmitter } from 'node:events'
import { Socket } from 'node:net'
import type { Client } from 'pg'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { ANSWER_MS } from '../../../src/core/hub/hub-address.js'
import { HubConnection } from '../../../src/core/hub/hub-connection.js'

/** A server that takes every statement and answers none. */
class Silent extends EventEmitter {
  query(): Promise<never> {
    return new Promise(() => undefined)
  }
}

describe('a connection to a server that has stopped answering', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }))
  afterEach(() => void vi.useRealTimers())

  it.each([
    ['a minute after the statement, where nothing else bounds it', Infinity, ANSWER_MS],
    ['as soon as the time of the whole command is over', 3_000, 3_000],
  ])('ends %s', async (_, allowed, ms) => {
    const socket = new Socket()
    // Cast: it needs nothing else of the driver's client.
    const connection = new HubConnection(new Silent() as unknown as Client, socket, {
      server: 'db1.example:5432',
      database: 'kitty',
      user: 'ada',
    })
    connection.allow(allowed)
    const said: string[] = []
    const asked = connection.query('SELECT 1', []).catch((error: unknown) => void said.push(String(error)))
    await vi.advanceTimersByTimeAsync(ms - 1)
    expect([said, socket.destroyed]).toEqual([[], false])
    await vi.advanceTimersByTimeAsync(1)
    await asked
    expect(said.join()).toContain('The hub was not reached: db1.example:5432 did not answer in time.')
    expect(socket.destroyed).toBe(true)
  })
})
