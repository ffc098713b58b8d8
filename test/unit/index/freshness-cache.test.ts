import { beforeEach, describe, expect, it } from 'vitest'
import { FreshnessCache } from '../../../src/core/index/sqlite/freshness-cache.js'
import type { LogFile } from '../../../src/core/log/event-log.js'

const file = (name: string, changes: Partial<LogFile> = {}): LogFile => ({
  name,
  size: 10,
  identity: `identity of ${name}`,
  ...changes,
})
const FILES = [file('a'), file('b')]
const stood = (files: readonly LogFile[] = FILES) => ({
  files,
  version: 1,
  freshness: { isUpToDate: true, isWhole: true, journal: undefined, hasProblems: false },
})

describe('what a connection remembers of its index’s freshness', () => {
  let cache: FreshnessCache

  beforeEach(() => {
    cache = new FreshnessCache()
  })

  it('is nothing at first, and then what it saw last', () => {
    expect(cache.of(FILES)).toBeUndefined()
    const first = stood()
    cache.whatIsSeenNow()(first)
    expect(cache.of([file('a'), file('b')])).toBe(first)
    const second = stood()
    cache.whatIsSeenNow()(second)
    expect(cache.of(FILES)).toBe(second)
  })

  it.each([
    ['fewer files', [file('a')]],
    ['more files', [...FILES, file('c')]],
    ['a file of another name', [file('a'), file('c', { identity: 'identity of b' })]],
    ['a file that was replaced', [file('a'), file('b', { identity: 'another' })]],
    ['a file that grew', [file('a', { size: 11 }), file('b')]],
  ])('says nothing of %s', (_, files) => {
    cache.whatIsSeenNow()(stood())
    expect(cache.of(files)).toBeUndefined()
  })

  it('is forgotten when a transaction begins', () => {
    cache.whatIsSeenNow()(stood())
    cache.suspend()
    expect(cache.of(FILES)).toBeUndefined()
  })

  it('takes nothing in that was seen before a transaction, or within one', () => {
    const seenBefore = cache.whatIsSeenNow()
    const ended = cache.suspend()
    const seenWithin = cache.whatIsSeenNow()
    seenBefore(stood())
    seenWithin(stood())
    expect(cache.of(FILES)).toBeUndefined()
    ended()
    seenBefore(stood())
    seenWithin(stood())
    expect(cache.of(FILES)).toBeUndefined()
  })

  it('takes in what is seen after a transaction', () => {
    cache.suspend()()
    const after = stood()
    cache.whatIsSeenNow()(after)
    expect(cache.of(FILES)).toBe(after)
  })
})
