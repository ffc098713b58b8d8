import { renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { EventIndex } from '../../../src/core/index/event-index.js'
import { KeptIndex } from '../../../src/core/index/sqlite/kept-index.js'
import { tempFolder } from '../../support/temp-folder.js'

describe('a connection that outlives its request', () => {
  let path: string
  let kept: KeptIndex
  let closed: EventIndex[]

  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'performance'] })
    path = join(tempFolder(), 'index.db')
    writeFileSync(path, 'an index')
    kept = new KeptIndex()
    closed = []
  })
  afterEach(() => vi.useRealTimers())

  /** A connection of a request that has just opened it. */
  const opened = (close: () => Promise<void> = async () => undefined): EventIndex => {
    const index = {
      foldRules: {},
      close: () => {
        closed.push(index)
        return close()
      },
    } as unknown as EventIndex // what keeping it calls
    kept.opened(index, path)
    return index
  }

  it('is there for one other request once it was given back', async () => {
    const index = opened()
    expect(kept.take(path, {})).toBeUndefined()
    await kept.give(index)
    expect(kept.take(path, {})).toBe(index)
    expect(kept.take(path, {})).toBeUndefined()
    await kept.give(index)
    expect(kept.take(path, {})).toBe(index)
    expect(closed).toEqual([])
  })

  it('is for this file and these rules only', async () => {
    await kept.give(opened())
    expect(kept.take(path, { statusRule: 'most_done' } as never)).toBeUndefined()
    expect(kept.take(join(tempFolder(), 'index.db'), {})).toBeUndefined()
    writeFileSync(`${path}.new`, 'another index')
    renameSync(`${path}.new`, path)
    expect(kept.take(path, {})).toBeUndefined()
    rmSync(path)
    expect(kept.take(path, {})).toBeUndefined()
  })

  it('is closed a second after it was opened, while it is idle', async () => {
    const index = opened()
    await kept.give(index)
    await vi.advanceTimersByTimeAsync(999)
    expect(closed).toEqual([])
    await vi.advanceTimersByTimeAsync(1)
    expect(closed).toEqual([index])
    expect(kept.take(path, {})).toBeUndefined()
  })

  it('stays open for a request that takes longer, and is closed when that gives it back', async () => {
    const index = opened()
    await vi.advanceTimersByTimeAsync(1000)
    expect(closed).toEqual([])
    await kept.give(index)
    expect(closed).toEqual([index])
    expect(kept.take(path, {})).toBeUndefined()
  })

  it('is closed when it comes back while another is idle', async () => {
    const [first, second] = [opened(), opened()]
    await kept.give(first)
    await kept.give(second)
    expect(closed).toEqual([second])
    expect(kept.take(path, {})).toBe(first)
  })

  it('is closed when it comes back and was not noted', async () => {
    rmSync(path)
    const index = opened()
    await kept.give(index)
    expect(closed).toEqual([index])
  })

  it('is closed when it is dropped, so that the file can be replaced', async () => {
    await kept.drop()
    const index = opened()
    await kept.give(index)
    await kept.drop()
    expect(closed).toEqual([index])
    expect(kept.take(path, {})).toBeUndefined()
    await kept.drop()
    await vi.advanceTimersByTimeAsync(1000)
    expect(closed).toEqual([index])
  })

  it('is gone even if it cannot be closed', async () => {
    await kept.give(opened(() => Promise.reject(new Error('no'))))
    await expect(kept.drop()).resolves.toBeUndefined()
    expect(kept.take(path, {})).toBeUndefined()
  })
})
