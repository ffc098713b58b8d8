import { describe, expect, it } from 'vitest'
import type { StatusDocument, WorkPackageDocument } from '../../../src/core/projections/board-document.js'
import { KittyError } from '../../../src/core/errors/kitty-error.js'
import { BoardFeed, type Changes, type FeedSource, type Look } from '../../../src/core/web/board-feed.js'
import type { StreamMessage } from '../../../src/core/web/documents.js'

/** A board that the test changes, and a log that changes when the test says so. */
class Source implements FeedSource {
  lanes: Record<string, string> = { WP01: 'planned', WP02: 'planned' }
  head = 'main'
  workflow = 'default'
  size = 100
  open = 0
  #wake: (() => void)[] = []
  readonly failures: unknown[] = []
  retries = 0
  fails = false
  trouble: Changes['trouble']

  async look(): Promise<Look> {
    if (this.fails) throw new Error('no board')
    const { head, workflow } = this
    return { board: board(this.lanes), head, workflow, sizes: new Map([['day', this.size]]) }
  }

  changes(): ReturnType<FeedSource['changes']> {
    this.open += 1
    const trouble = (): Changes['trouble'] => this.trouble
    return {
      get trouble() {
        return trouble()
      },
      next: (signal) =>
        new Promise((resolve) => {
          this.#wake.push(() => resolve(true))
          signal.addEventListener('abort', () => resolve(false))
        }),
      retry: () => (this.retries += 1),
      close: () => (this.open -= 1),
    }
  }

  failed(error: unknown): void {
    this.failures.push(error)
  }

  async change(lanes: Record<string, string>): Promise<void> {
    this.lanes = lanes
    for (const wake of this.#wake.splice(0)) wake()
    await new Promise((resolve) => setImmediate(resolve))
  }
}

function idOf(message: StreamMessage | undefined): string {
  return message === undefined || message.type === 'failed' ? '' : message.id
}

function board(lanes: Record<string, string>): StatusDocument {
  const rows = Object.entries(lanes).map(
    ([work_package, lane]) => ({ work_package, lane, feature: '001-x' }) as WorkPackageDocument,
  ) // Only the key and the lane matter here.
  const progress = { done: 0, total: rows.length, percent: 0 }
  return {
    features: [
      {
        feature: '001-x',
        title: 'X',
        lanes: { all: rows },
        progress,
        conflicts: [],
        archived: null,
      },
    ],
    not_compared: 0,
  }
}

describe('the board as a stream', () => {
  it('begins with everything, and then says only what changed', async () => {
    const source = new Source()
    const feed = new BoardFeed(source, 'run')
    const heard: StreamMessage[] = []
    const end = await feed.listen(undefined, (message) => heard.push(message))
    expect(heard).toMatchObject([{ type: 'reset', count: 3, reason: 'first' }])
    await source.change({ WP01: 'doing', WP02: 'planned' })
    expect(heard[1]).toMatchObject({
      type: 'rows',
      rows: [{ work_package: 'WP01', lane: 'doing' }],
      gone: [],
    })
    await source.change({ WP01: 'doing', WP02: 'planned' })
    expect(heard).toHaveLength(2)
    await source.change({ WP01: 'doing' })
    expect(heard[2]).toMatchObject({ type: 'rows', gone: ['001-x/WP02'] })
    end()
  })

  it('shows a page that comes later, and those that are there, what changed without the log', async () => {
    const source = new Source()
    const feed = new BoardFeed(source, 'run')
    const [first, second]: [StreamMessage[], StreamMessage[]] = [[], []]
    const end = await feed.listen(undefined, (message) => first.push(message))
    source.lanes = { WP01: 'planned', WP02: 'planned', WP03: 'planned' }
    const endSecond = await feed.listen(undefined, (message) => second.push(message))
    expect(second).toMatchObject([{ type: 'reset', count: 4 }])
    expect(JSON.stringify(first[1])).toContain('WP03')
    source.fails = true
    ;(await feed.listen(undefined, (message) => second.push(message)))()
    expect(second.slice(1)).toMatchObject([
      { type: 'failed' },
      { type: 'reset', count: 4 },
      { type: 'failed' },
    ])
    expect(source.failures).toHaveLength(1)
    endSecond()
    end()
  })

  it('continues from the last id, and resets where it cannot', async () => {
    const source = new Source()
    const feed = new BoardFeed(source, 'run')
    const heard: StreamMessage[] = []
    const end = await feed.listen(undefined, (message) => heard.push(message))
    await source.change({ WP01: 'doing', WP02: 'planned' })
    await source.change({ WP01: 'done', WP02: 'planned' })
    const since = async (id: string): Promise<StreamMessage[]> => {
      const told: StreamMessage[] = []
      ;(await feed.listen(id, (message) => told.push(message)))()
      return told
    }
    expect(await since(idOf(heard[0]))).toEqual(heard.slice(1))
    expect(await since(idOf(heard[1]))).toEqual(heard.slice(2))
    expect(await since(idOf(heard[2]))).toEqual([])
    for (const unknown of ['other-1', 'run-99', 'run-x', '', 'run--1'])
      expect(await since(unknown), unknown).toMatchObject([{ type: 'reset', reason: 'unknown id', count: 3 }])
    end()
  })

  it('resets after a branch switch and after a log that became shorter', async () => {
    const source = new Source()
    const feed = new BoardFeed(source, 'run')
    const heard: StreamMessage[] = []
    const end = await feed.listen(undefined, (message) => heard.push(message))
    source.head = 'other'
    await source.change({ WP01: 'done' })
    expect(heard[1]).toMatchObject({ type: 'reset', reason: 'branch switched', count: 2 })
    source.size = 50
    await source.change({ WP01: 'planned' })
    expect(heard[2]).toMatchObject({ type: 'reset', reason: 'log rewritten' })
    const told: StreamMessage[] = []
    ;(await feed.listen(idOf(heard[0]), (message) => told.push(message)))()
    expect(told).toMatchObject([{ type: 'reset', reason: 'unknown id' }])
    end()
  })

  it('resets after another workflow was configured, also where every row stays the same', async () => {
    const source = new Source()
    const feed = new BoardFeed(source, 'run')
    const heard: StreamMessage[] = []
    const end = await feed.listen(undefined, (message) => heard.push(message))
    source.workflow = 'reviewed'
    await source.change(source.lanes)
    expect(heard.slice(1)).toMatchObject([{ type: 'reset', reason: 'workflow changed', count: 3 }])
    end()
  })

  it('follows the log only while a client listens, and continues for one that comes back', async () => {
    const source = new Source()
    const feed = new BoardFeed(source, 'run')
    expect(source.open).toBe(0)
    const heard: StreamMessage[] = []
    const [first, second] = [
      await feed.listen(undefined, (message) => heard.push(message)),
      await feed.listen(undefined, () => undefined),
    ]
    expect(source.open).toBe(1)
    first()
    expect(feed.isFollowing).toBe(true)
    second()
    await new Promise((resolve) => setImmediate(resolve))
    expect([source.open, feed.isFollowing, feed.listeners]).toEqual([0, false, 0])
    source.lanes = { WP01: 'done', WP02: 'planned' }
    const told: StreamMessage[] = []
    ;(await feed.listen(idOf(heard[0]), (message) => told.push(message)))()
    expect(told).toMatchObject([{ type: 'rows', rows: [{ work_package: 'WP01', lane: 'done' }] }])
  })

  it('tells its pages once why the board cannot be read, and when it can be again, also where nothing has changed', async () => {
    const source = new Source()
    const feed = new BoardFeed(source, 'run')
    const heard: StreamMessage[] = []
    const end = await feed.listen(undefined, (message) => heard.push(message))
    const before = { ...source.lanes }
    source.fails = true
    await source.change({})
    await source.change({})
    expect(heard.slice(1)).toMatchObject([
      { type: 'failed', message: expect.stringContaining('no board') as unknown },
    ])
    expect([source.failures.length, source.retries]).toEqual([1, 2])
    const late: StreamMessage[] = []
    ;(await feed.listen(undefined, (message) => late.push(message)))()
    expect(late).toMatchObject([{ type: 'reset' }, { type: 'failed' }])
    source.fails = false
    await source.change(before)
    expect(heard.slice(2)).toMatchObject([{ type: 'rows', rows: [], gone: [] }])
    end()
  })

  it('tells its pages that the hub brings nothing, with each board until it does, also those that come later', async () => {
    const source = new Source()
    const feed = new BoardFeed(source, 'run')
    const [first, second]: [StreamMessage[], StreamMessage[]] = [[], []]
    const end = await feed.listen(undefined, (message) => first.push(message))
    const lanes = { WP01: 'planned', WP02: 'planned' }
    source.trouble = new KittyError('HubUnreachable', 'The hub was not reached.')
    await source.change(lanes)
    await source.change(lanes)
    const failed = { type: 'failed', message: 'The hub was not reached.' }
    expect(first.slice(1)).toMatchObject([{ type: 'rows', rows: [] }, failed])
    const endSecond = await feed.listen(undefined, (message) => second.push(message))
    expect(second).toMatchObject([{ type: 'reset' }, failed])
    await source.change({ WP01: 'doing', WP02: 'planned' })
    expect(first.slice(3)).toMatchObject([{ type: 'rows', rows: [{ lane: 'doing' }] }, failed])
    source.trouble = undefined
    await source.change({ WP01: 'doing', WP02: 'planned' })
    expect(first.slice(5)).toMatchObject([{ type: 'rows', rows: [] }])
    expect(source.failures).toEqual([])
    endSecond()
    end()
  })

  it('refuses a listener whose first board cannot be read, and holds nothing open for it', async () => {
    const source = new Source()
    source.fails = true
    const feed = new BoardFeed(source, 'run')
    await expect(feed.listen(undefined, () => undefined)).rejects.toThrow('no board')
    await new Promise((resolve) => setImmediate(resolve))
    expect([feed.listeners, source.open]).toEqual([0, 0])
  })
})
