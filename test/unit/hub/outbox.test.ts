import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { HubFiles } from '../../../src/core/hub/hub-files.js'
import { HubLock } from '../../../src/core/hub/hub-lock.js'
import { Outbox } from '../../../src/core/hub/outbox.js'
import { kittyIn, project } from '../../support/kitty.js'

const MANY = Array.from({ length: 600 }, (_, at) => `done-${at}`)

describe('the outbox', () => {
  /** One that a writer would compact: 1,200 lines, and one event that waits. */
  async function full(): Promise<{ root: string; outbox: Outbox; lines: () => number }> {
    const root = await project()
    const resolver = kittyIn(root)
    const outbox = await resolver.resolve(Outbox)
    outbox.add([...MANY, 'waits'])
    outbox.done(MANY)
    const path = (await resolver.resolve(HubFiles)).path('outbox')
    return { root, outbox, lines: () => readFileSync(path, 'utf8').split('\n').length - 1 }
  }

  it('drops what is done, and keeps the order of what waits', async () => {
    const { outbox, lines } = await full()
    outbox.add(['later'])
    await outbox.compact()
    expect(lines()).toBe(2)
    expect(outbox.ids()).toEqual(['waits', 'later'])
  })

  it('is not replaced while another process reads the hub, which may add to it', async () => {
    const { root, outbox, lines } = await full()
    const reader = kittyIn(root)
    const [lock, other] = [await reader.resolve(HubLock), await reader.resolve(Outbox)]
    await lock.hold(async () => {
      const before = lines()
      await outbox.compact()
      expect(lines()).toBe(before)
      other.add(['lost by the hub'])
    })
    await outbox.compact()
    expect(lines()).toBe(2)
    expect(outbox.ids()).toEqual(['waits', 'lost by the hub'])
  })

  it('makes a reader wait while it is replaced', async () => {
    const { root, outbox } = await full()
    const reader = kittyIn(root)
    const [lock, other] = [await reader.resolve(HubLock), await reader.resolve(Outbox)]
    // Both begin in one turn: the second one waits for the lock, or leaves the outbox as it is.
    await Promise.all([outbox.compact(), lock.hold(async () => other.add(['lost by the hub']))])
    expect(outbox.ids()).toEqual(['waits', 'lost by the hub'])
  })
})
