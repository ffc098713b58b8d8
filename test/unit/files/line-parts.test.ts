import { closeSync, openSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { boundedLines, lineParts } from '../../../src/core/files/line-parts.js'
import { tempFolder } from '../../support/temp-folder.js'

const MEGABYTE = 1024 * 1024

function inFile<T>(text: string, read: (fd: number) => Iterable<T>): T[] {
  const path = join(tempFolder(), 'x')
  writeFileSync(path, text)
  const fd = openSync(path, 'r')
  try {
    return [...read(fd)]
  } finally {
    closeSync(fd)
  }
}

const short = 'short\n'
const event = `${'e'.repeat(400)}\n`
const overlong = `${'o'.repeat(3 * MEGABYTE)}\n`

describe('a file in parts', () => {
  it.each<[string, string]>([
    ['nothing', ''],
    ['one line', event],
    ['a line without its end', `${event}${short.trim()}`],
    ['an overlong line between others', `${event}${overlong}${event}`],
    ['nothing but overlong lines', overlong + overlong],
    ['an overlong line without its end', event + overlong.trim()],
    ['many lines', event.repeat(9_000)],
    ['empty lines', '\n'.repeat(3 * MEGABYTE)],
  ])('is the file again, and no line is cut that is not overlong: %s', (_, text) => {
    const parts = inFile(text, lineParts)
    expect(Buffer.concat(parts.map(({ bytes }) => bytes)).equals(Buffer.from(text))).toBe(true)
    for (const { bytes } of parts) expect(bytes.length).toBeLessThan(2 * MEGABYTE)
    const lines = parts.filter(({ isLines }) => isLines).map(({ bytes }) => bytes.toString())
    const wanted = text.split(/(?<=\n)/).filter((line) => line.length < MEGABYTE)
    expect(lines.join('') === wanted.join('')).toBe(true)
  })

  it('has the lines of a length that an event can have', () => {
    const text = event + short + overlong + event + short
    expect(Buffer.concat(inFile(text, (fd) => boundedLines(fd, 150))).toString()).toBe(event + event)
    expect(Buffer.concat(inFile(text, boundedLines)).toString()).toBe(event + short + event + short)
  })
})
