import { describe, expect, it } from 'vitest'
import { IMPORTERS } from '../../../src/core/transfer/formats.js'
import { encodingProblem } from '../../../src/core/transfer/text.js'
import { DEFAULT, file, itemsOf, problemsOf } from '../../support/transfer.js'

const TEXT = '{"id":"sky-1","title":"多言語 – ein Titel","status":"open"}\n- [ ] do it\n'
const PLACES: Readonly<Record<string, string>> = {
  'spec-kitty': '001-demo/tasks/WP01-x.md',
  beads: 'issues.jsonl',
  backlog: 'tasks/task-1 - x.md',
  'task-master': 'tasks.json',
  github: 'issues.json',
  taskwarrior: 'tasks.json',
  csv: 'tasks.csv',
  markdown: 'todo.md',
}

const littleEndian = Buffer.from(TEXT, 'utf16le')
const bigEndian = Buffer.from(littleEndian).swap16()
const utf32 = Buffer.concat(
  Array.from(TEXT, (char) => Buffer.from(Uint32Array.of(char.codePointAt(0) ?? 0).buffer)),
)

describe('a source in another encoding', () => {
  it.each(IMPORTERS.map((importer) => [importer.format, importer] as const))(
    'is called what it is by %s, once, with what to do',
    async (format, importer) => {
      const path = PLACES[format] ?? ''
      for (const bytes of [littleEndian, bigEndian]) {
        const document = await importer.read([file(path, bytes)], DEFAULT)
        expect(problemsOf(document)).toEqual([
          `${path}:- is UTF-16 without a byte order mark: save it as UTF-8`,
        ])
        expect(itemsOf(document)).toEqual([])
      }
    },
  )

  it('is called what it is in the files that say what the others mean', async () => {
    const mission = await reader('spec-kitty').read([file('001-demo/meta.json', littleEndian)], DEFAULT)
    expect(problemsOf(mission)).toEqual([
      '001-demo/meta.json:- is UTF-16 without a byte order mark: save it as UTF-8',
    ])
    const log = await reader('spec-kitty').read([file('001-demo/status.events.jsonl', bigEndian)], DEFAULT)
    expect(problemsOf(log)).toEqual([
      '001-demo/status.events.jsonl:- is UTF-16 without a byte order mark: save it as UTF-8',
    ])
    const config = await reader('backlog').read([file('backlog/config.yml', littleEndian)], DEFAULT)
    expect(problemsOf(config).join()).toContain('it is UTF-16 without a byte order mark: save it as UTF-8')
  })

  it('is not suspected in UTF-8, even with a stray zero byte', () => {
    expect(encodingProblem(Buffer.from(TEXT))).toBeUndefined()
    expect(encodingProblem(Buffer.from(`${TEXT.repeat(4)}\0`))).toBeUndefined()
    expect(encodingProblem(Buffer.alloc(0))).toBeUndefined()
  })

  it('may be UTF-32, or no text at all', () => {
    expect(encodingProblem(utf32)).toContain('UTF-32')
    expect(encodingProblem(Buffer.concat([Buffer.of(0xff, 0xfe, 0, 0), utf32]))).toBe(
      'is UTF-32: save it as UTF-8',
    )
    expect(encodingProblem(Buffer.alloc(500))).toContain('zero bytes')
  })
})

function reader(format: string): (typeof IMPORTERS)[number] {
  const found = IMPORTERS.find((one) => one.format === format)
  if (found === undefined) throw new Error(`no format ${format}`)
  return found
}
