import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, it, vi } from 'vitest'
import {
  archivedDays,
  lineBytes,
  linesOf,
  linesOfDay,
  pathsOf,
} from '../../../src/core/log/archive/day-parts.js'
import { errorOf, rejectionOf, stepsOf } from '../../support/kitty-error.js'
import { CAN_LIST_OPEN_FILES, openFiles } from '../../support/open-files.js'
import { tempFolder } from '../../support/temp-folder.js'
import { PATIENT } from '../../support/patient.js'

const DAY = '2026-11-22'

function file(name: string, content: string | Buffer, folder = tempFolder()): string {
  const path = join(folder, name)
  writeFileSync(path, content)
  return path
}

async function textsOf(lines: AsyncIterable<Buffer>): Promise<string[]> {
  const texts: string[] = []
  for await (const line of lines) texts.push(line.toString('latin1'))
  return texts
}

describe('the days of an archive', () => {
  it('are in order, however the folder lists them, each once though it has two parts', () => {
    const folder = tempFolder()
    for (const day of [22, 27, 21, 25, 23, 29, 24, 20, 28, 26]) file(`2026-11-${day}.jsonl`, 'x\n', folder)
    file('2026-11-25.jsonl.gz', gzipSync('y\n'), folder)
    const days = [20, 21, 22, 23, 24, 25, 26, 27, 28, 29].map((day) => `2026-11-${day}`)
    expect(archivedDays(folder)).toEqual(days)
  })

  it('are those with lines: not what a crash or a repair left, nor a list without its day', () => {
    const folder = tempFolder()
    for (const end of [
      'ids',
      'ids.tmp',
      'jsonl.tmp',
      'jsonl.gz.tmp',
      'jsonl.gz.damaged',
      'jsonl.gz.damaged-2',
    ])
      file(`${DAY}.${end}`, 'x\n', folder)
    file(`old-${DAY}.jsonl`, 'x\n', folder)
    expect(archivedDays(folder)).toEqual([])
    file('2026-11-23.jsonl.gz', gzipSync('x\n'), folder)
    expect(archivedDays(folder)).toEqual(['2026-11-23'])
  })

  it('are none where there is no archive', () => {
    expect(archivedDays(join(tempFolder(), 'events'))).toEqual([])
  })

  it('cannot be told where the archive is no folder: the error says so, and does not say "none"', () => {
    const path = file('events', '')
    expect(errorOf(() => archivedDays(path))).toMatchObject({
      kind: 'NotWritable',
      message: expect.stringContaining(`${path} was not readable`) as string,
    })
  })
})

describe('the lines of a file of the archive', () => {
  it('are the whole ones: what a crash left of the last one is none', async () => {
    const path = file(`${DAY}.jsonl`, 'one\ntwo\nthr')
    expect(await textsOf(linesOf(path))).toEqual(['one\n', 'two\n'])
    const compressed = file(`${DAY}.jsonl.gz`, gzipSync('one\ntwo\nthr'))
    expect(await textsOf(linesOf(compressed))).toEqual(['one\n', 'two\n'])
  })

  it('are none where there is no such file, or an empty one', async () => {
    expect(await textsOf(linesOf(join(tempFolder(), `${DAY}.jsonl`)))).toEqual([])
    expect(await textsOf(linesOf(file(`${DAY}.jsonl`, '')))).toEqual([])
    expect(await textsOf(linesOf(file(`${DAY}.jsonl.gz`, gzipSync(''))))).toEqual([])
  })

  it.each([
    ['plain', `${DAY}.jsonl`, (text: string) => text],
    ['compressed', `${DAY}.jsonl.gz`, (text: string) => gzipSync(text)],
  ])('are read past empty lines, also at the beginning of a %s file', async (_, name, stored) => {
    expect(await textsOf(linesOf(file(name, stored('\none\n\ntwo\n'))))).toEqual([
      '\n',
      'one\n',
      '\n',
      'two\n',
    ])
  })

  it('are whole where they are longer than a piece that is read, and where they end with one', async () => {
    const folder = tempFolder()
    const check = async (name: string, lengths: readonly number[], stored: (text: Buffer) => Buffer) => {
      const lines = lengths.map((length) => Buffer.alloc(length, 'y').fill('\n', length - 1))
      const path = file(name, stored(Buffer.concat(lines)), folder)
      let at = 0
      for await (const line of linesOf(path)) expect(line.equals(lines[at++] ?? Buffer.alloc(0))).toBe(true)
      expect(at).toBe(lines.length)
    }
    const [piece, unzippedPiece] = [1024 * 1024, 16 * 1024]
    await check(`${DAY}.jsonl`, [4, piece + 9, 4], (text) => text)
    await check(`${DAY}.jsonl`, [piece, 4], (text) => text)
    await check(`${DAY}.jsonl.gz`, [4, 3 * unzippedPiece, 4], (text) => gzipSync(text))
    await check(`${DAY}.jsonl.gz`, [unzippedPiece, 4], (text) => gzipSync(text))
  })

  it('are those of a plain file, though the folder has the name of a compressed one', async () => {
    const folder = join(tempFolder(), 'copy.gz')
    mkdirSync(folder)
    expect(await textsOf(linesOf(file(`${DAY}.jsonl`, 'one\n', folder)))).toEqual(['one\n'])
  })

  it('are the compressed ones first and then the plain ones, of a day that has both', async () => {
    const folder = tempFolder()
    file(`${DAY}.jsonl`, 'later\n', folder)
    file(`${DAY}.jsonl.gz`, gzipSync('earlier\n'), folder)
    expect(await textsOf(linesOfDay(pathsOf(folder, DAY)))).toEqual(['earlier\n', 'later\n'])
  })

  it.each([
    ['emptied', ''],
    ['cut within its header', gzipSync('one\n').subarray(0, 9)],
    ['cut after its header', gzipSync('one\n').subarray(0, 12)],
    ['cut within its trailer', gzipSync('one\n').subarray(0, -1)],
    ['zeroed', Buffer.alloc(100)],
    ['no gzip', 'no gzip, and longer than a trailer\n'],
  ])('are not known where the compressed file is %s: the error says what to do', async (_, content) => {
    const path = file(`${DAY}.jsonl.gz`, content)
    const error = await rejectionOf(textsOf(linesOf(path)))
    expect(error).toMatchObject({
      kind: 'DamagedData',
      message: `${path} is damaged: what it holds cannot be read to its end.`,
      context: { path },
    })
    expect(stepsOf(error)).toEqual(['kitty doctor --fix   # keeps what can be read of it'])
  })

  it.runIf(process.platform === 'linux')(
    'are not said to be damaged where the disk cannot read them',
    async () => {
      // A plain file of the kernel's: it opens, and its first byte cannot be read.
      const error = await rejectionOf(textsOf(linesOf('/proc/self/mem')))
      expect(error.message).toMatch(/^\/proc\/self\/mem was not readable: I\/O error/)
    },
  )
})

describe('the size of a day’s lines', () => {
  it('is that before compression, of both parts, without reading them', () => {
    const folder = tempFolder()
    const paths = pathsOf(folder, DAY)
    expect(lineBytes(paths)).toBe(0)
    writeFileSync(paths.compressed, gzipSync(''))
    expect(lineBytes(paths)).toBe(0)
    writeFileSync(paths.compressed, gzipSync('x'.repeat(5000)))
    expect(lineBytes(paths)).toBe(5000)
    writeFileSync(paths.plain, 'one\n')
    expect(lineBytes(paths)).toBe(5004)
  })

  it('is unknown where the compressed file is too short to say it, whatever the plain one adds', () => {
    const folder = tempFolder()
    const paths = pathsOf(folder, DAY)
    writeFileSync(paths.plain, 'one\n')
    for (const length of [0, 3, 19]) {
      writeFileSync(paths.compressed, gzipSync('').subarray(0, length))
      expect(lineBytes(paths)).toBeNaN()
    }
  })
})

describe.runIf(CAN_LIST_OPEN_FILES)('reading an archive', () => {
  it('leaves no file open: neither one read to its end, nor one left early, nor a damaged one', async () => {
    const folder = tempFolder()
    const paths = pathsOf(folder, DAY)
    writeFileSync(paths.plain, 'one\ntwo\n')
    // Larger than what a stream reads ahead.
    writeFileSync(paths.compressed, gzipSync(Buffer.alloc(3_000_000, 'a line\n'), { level: 0 }))
    lineBytes(paths)
    expect(openFiles(folder)).toEqual([])
    await textsOf(linesOf(paths.plain))
    const lines = linesOfDay(paths)
    await lines.next()
    await lines.return(undefined)
    await vi.waitFor(() => {
      expect(openFiles(folder)).toEqual([])
    }, PATIENT)
    writeFileSync(paths.compressed, Buffer.alloc(3_000_000))
    await rejectionOf(textsOf(linesOfDay(paths)))
    // A stream closes its file soon after it has ended.
    await vi.waitFor(() => {
      expect(openFiles(folder)).toEqual([])
    }, PATIENT)
  })
})
