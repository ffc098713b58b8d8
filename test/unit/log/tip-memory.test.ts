import { mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { crc32 } from 'node:zlib'
import { keyOf, keysOf, WantedLines } from '../../../src/core/log/repair/line-keys.js'
import { TipMemory } from '../../../src/core/log/repair/tip-memory.js'
import { noteLine } from '../../support/events.js'
import { POSIX } from '../../support/posix.js'
import { tempFolder } from '../../support/temp-folder.js'

const KEYS = Uint32Array.from([1, 2, 0xffffffff, 0])

describe('what branch tips hold, as it is kept', () => {
  it('comes back by the blob’s ID, to the next process as well', () => {
    const folder = join(tempFolder(), 'deep', 'tips')
    new TipMemory(folder).put('a', KEYS)
    new TipMemory(folder).put('b', KEYS.subarray(2))
    const memory = new TipMemory(folder)
    expect(memory.get('a')).toEqual(KEYS)
    expect(memory.get('b')).toEqual(KEYS.subarray(2))
    expect(memory.get('c')).toBeUndefined()
    expect(readdirSync(folder).sort()).toEqual(['a', 'b'])
  })

  it.runIf(POSIX)('is for its owner’s eyes', () => {
    const folder = join(tempFolder(), 'tips')
    new TipMemory(folder).put('a', KEYS)
    expect(statSync(folder).mode & 0o777).toBe(0o700)
    expect(statSync(join(folder, 'a')).mode & 0o777).toBe(0o600)
  })

  it('is not what a crash has cut short', () => {
    const folder = tempFolder()
    writeFileSync(join(folder, 'a'), Buffer.alloc(12))
    expect(new TipMemory(folder).get('a')).toBeUndefined()
  })

  it('loses the blobs that no tip has any more', () => {
    const folder = tempFolder()
    const memory = new TipMemory(folder)
    for (const blob of ['a', 'b', 'c']) memory.put(blob, KEYS)
    memory.keep(new Set(['b', 'd']))
    expect(readdirSync(folder)).toEqual(['b'])
  })

  it('does without where it cannot be kept', () => {
    const folder = join(tempFolder(), 'file')
    writeFileSync(folder, '')
    const memory = new TipMemory(folder)
    memory.put('a', KEYS)
    memory.keep(new Set())
    expect(memory.get('a')).toBeUndefined()
    const blocked = tempFolder()
    mkdirSync(join(blocked, 'a', 'x'), { recursive: true })
    new TipMemory(blocked).put('a', KEYS)
    expect(new TipMemory(blocked).get('a')).toBeUndefined()
  })
})

describe('the keys of lines', () => {
  const key = (text: string): number[] => [crc32(text), crc32(text.slice(0, 64))]

  it('tell lines apart by all of them and by their start, whatever their line end', () => {
    const line = noteLine(1).trimEnd()
    for (const end of ['\n', '\r\n', '']) expect(keyOf(Buffer.from(line + end))).toEqual(key(line))
    expect(keyOf(Buffer.from('\r\n'))).toEqual([0, 0])
    expect(keyOf(Buffer.from('a\rb\n'))).toEqual(key('a\rb'))
  })

  it('are those of every line of a file but the empty ones, in order', () => {
    const parts = [Buffer.from('a\n\nbc\n'), Buffer.from('\nd\nx')]
    expect([...keysOf(parts)]).toEqual([...key('a'), ...key('bc'), ...key('d'), ...key('x')])
    expect(keysOf([])).toHaveLength(0)
  })

  it('find the lines that are wanted, also two with the same bytes', () => {
    const line = (id: string, text: string) => ({ event_id: id, bytes: Buffer.from(text) })
    const wanted = new WantedLines([line('1', 'a\n'), line('2', 'a\n'), line('3', 'b\n'), line('4', 'c\n')])
    const found = new Set(['0'])
    wanted.find(keysOf([Buffer.from('x\na\nc\n')]), found)
    expect([...found]).toEqual(['0', '1', '2', '4'])
  })

  it('find no line that has only one of its two keys', () => {
    const wanted = new WantedLines([{ event_id: '1', bytes: Buffer.from('a\n') }])
    const [whole = 0, start = 0] = key('a')
    const found = new Set<string>()
    for (const keys of [
      [whole, start + 1],
      [whole + 1, start],
      [1, whole, start, 1],
    ])
      wanted.find(Uint32Array.from(keys), found)
    expect(found.size).toBe(0)
  })
})
