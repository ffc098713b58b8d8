import { appendFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ArrivalOrder } from '../../../src/core/follow/arrival-order.js'
import { FOREIGN_IDS, ulid } from '../../support/events.js'
import { tempFolder } from '../../support/temp-folder.js'

const ids = (...seeds: number[]): string[] => seeds.map(ulid)

function rest(order: ArrivalOrder, batch = 2): string[] {
  const all: string[] = []
  for (let some = order.next(batch); some.length > 0; some = order.next(batch)) all.push(...some)
  return all
}

describe('the order of arrival', () => {
  it('keeps the order in which ids were recorded, each once, for later readers', () => {
    const path = join(tempFolder(), 'kitty', 'arrivals')
    const order = new ArrivalOrder(path)
    order.record(ids(3, 1))
    order.record(ids(1, 2, 3))
    const later = new ArrivalOrder(path)
    expect(later.seek('start')).toBe(true)
    expect(rest(later)).toEqual(ids(3, 1, 2))
    expect([later.has(ulid(2)), later.has(ulid(4))]).toEqual([true, false])
  })

  it('begins behind the first place of an event, wherever it is in a large file', () => {
    const path = join(tempFolder(), 'arrivals')
    const all = Array.from({ length: 6_000 }, (_, seed) => ulid(seed + 1))
    // A place of its own for the last one, and a repetition of the second one behind all.
    writeFileSync(path, `${all.join('\n')}\nnot an id${ulid(7_000)}\n${ulid(2)}\n`)
    const order = new ArrivalOrder(path)
    for (const seed of [1, 2, 2_427, 2_428, 2_429, 5_999]) {
      expect(order.seek({ after: ulid(seed) }), `behind ${seed}`).toBe(true)
      expect(order.next(1)).toEqual([ulid(seed + 1)])
    }
    expect(order.seek({ after: ulid(7_000) })).toBe(false)
  })

  it('begins behind an event, at its end, or refuses an event that never arrived', () => {
    const path = join(tempFolder(), 'arrivals')
    const order = new ArrivalOrder(path)
    order.record(ids(1, 2, 3))
    expect(order.seek({ after: ulid(2) })).toBe(true)
    expect(rest(order)).toEqual(ids(3))
    order.seek('end')
    expect(rest(order)).toEqual([])
    order.record(ids(4))
    expect(rest(order)).toEqual(ids(4))
    expect(order.seek({ after: ulid(9) })).toBe(false)
  })

  it('has one place for each event of another program, whatever its ID, also for later readers', () => {
    const path = join(tempFolder(), 'arrivals')
    const all = [ulid(2), ...FOREIGN_IDS, ulid(1)]
    new ArrivalOrder(path).record(all)
    const written = readFileSync(path)
    const later = new ArrivalOrder(path)
    later.record(all)
    expect(readFileSync(path)).toEqual(written)
    later.seek('start')
    expect(rest(later)).toEqual(all)
    for (const [at, id] of all.entries()) {
      expect(later.seek({ after: id }), id).toBe(true)
      expect(rest(later)).toEqual(all.slice(at + 1))
    }
  })

  it('reads a file of an earlier kitty, in which only ULIDs have a place', () => {
    const path = join(tempFolder(), 'arrivals')
    writeFileSync(path, `${ulid(2)}\nevt-000001\n${ulid(1)}\nevt-000001\n`)
    const order = new ArrivalOrder(path)
    order.record([ulid(1), 'evt-000001'])
    order.seek('start')
    expect(rest(order)).toEqual([ulid(2), ulid(1), 'evt-000001'])
  })

  it('is one order for two processes that record the same events concurrently', () => {
    const path = join(tempFolder(), 'arrivals')
    const [a, b] = [new ArrivalOrder(path), new ArrivalOrder(path)]
    a.seek('end')
    b.seek('end')
    a.record(ids(2, 1))
    b.record(ids(1, 2, 3))
    a.load()
    expect(rest(a)).toEqual(ids(2, 1, 3))
    expect(rest(b)).toEqual(ids(2, 1, 3))
  })

  it('passes over what a crash left, and loses nothing that was recorded after it', () => {
    const path = join(tempFolder(), 'arrivals')
    new ArrivalOrder(path).record(ids(1))
    appendFileSync(path, ulid(2).slice(0, 9))
    const order = new ArrivalOrder(path)
    order.record(ids(3))
    order.seek('start')
    expect(rest(order)).toEqual(ids(1, 3))
  })

  // The file is read in parts of 65,536 bytes.
  it.each([100, 65_536, 100_000, 300_000])(
    'passes over %i zeros, which a power cut may leave, and finds every place behind them',
    (zeros) => {
      const path = join(tempFolder(), 'arrivals')
      new ArrivalOrder(path).record(ids(1))
      appendFileSync(path, Buffer.alloc(zeros))
      const order = new ArrivalOrder(path)
      order.record(ids(3, 2))
      const written = readFileSync(path)
      const later = new ArrivalOrder(path)
      later.record(ids(1, 2, 3))
      expect(readFileSync(path).equals(written)).toBe(true)
      later.seek('start')
      expect(rest(later)).toEqual(ids(1, 3, 2))
      expect(later.seek({ after: ulid(3) })).toBe(true)
      expect(rest(later)).toEqual(ids(2))
    },
  )

  it('takes nothing for an ID that ends a longer line, wherever a part of the file begins', () => {
    const path = join(tempFolder(), 'arrivals')
    writeFileSync(path, `${'0'.repeat(65_536)}${ulid(1)}\n${ulid(2)}\n`)
    const order = new ArrivalOrder(path)
    order.seek('start')
    expect(rest(order)).toEqual(ids(2))
    expect(order.seek({ after: ulid(1) })).toBe(false)
  })

  describe('when nothing can be written', () => {
    function unwritable(): ArrivalOrder {
      const folder = join(tempFolder(), 'sub')
      mkdirSync(folder)
      const order = new ArrivalOrder(join(folder, 'arrivals'))
      order.seek('end')
      rmSync(folder, { recursive: true })
      writeFileSync(folder, 'a file where the folder was')
      expect(order.record(ids(3, 1, 2))).toContain('cannot be kept')
      rmSync(folder)
      return order
    }

    it('goes on in this stream, and says so', () => {
      const order = unwritable()
      expect(rest(order)).toEqual(ids(3, 1, 2))
      expect(order.has(ulid(1))).toBe(true)
    })

    it('begins with the first event, behind any event, or at the end, as often as it is asked to', () => {
      const order = unwritable()
      for (let round = 0; round < 2; round += 1) {
        expect(order.seek('start')).toBe(true)
        expect(rest(order)).toEqual(ids(3, 1, 2))
        expect(order.seek({ after: ulid(3) })).toBe(true)
        expect(rest(order)).toEqual(ids(1, 2))
        expect(order.seek('end')).toBe(true)
        expect(rest(order)).toEqual([])
        expect(order.seek({ after: ulid(9) })).toBe(false)
      }
    })
  })

  it('survives that its file is deleted under it', () => {
    const path = join(tempFolder(), 'arrivals')
    const order = new ArrivalOrder(path)
    order.record(ids(1, 2))
    order.seek('end')
    rmSync(path)
    order.record(ids(3))
    expect(rest(order)).toEqual(ids(3))
  })
})
