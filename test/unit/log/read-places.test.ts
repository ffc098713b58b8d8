import { execFileSync } from 'node:child_process'
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { createRegistry, type LogEvent, schema, stubOf } from '../../../src/core/events-lib.js'
import type { EventLocation } from '../../../src/core/log/event-log.js'
import { MAX_LINE_BYTES } from '../../../src/core/log/format/line-codec.js'
import { readPlaces } from '../../../src/core/log/read-places.js'
import { Redactions } from '../../../src/core/log/redactions.js'
import { note, noteFields, noteLine } from '../../support/events.js'
import { errorOf } from '../../support/kitty-error.js'
import { CAN_MAKE_FULL_DEVICES, fullDeviceAt } from '../../support/full-device.js'
import { CAN_LIST_OPEN_FILES, openFiles } from '../../support/open-files.js'
import { POSIX } from '../../support/posix.js'
import { tempFolder } from '../../support/temp-folder.js'

const DAY = '2026-11-22.jsonl'

type Options = Partial<Pick<Parameters<typeof readPlaces>[4], 'registry' | 'redactions'>>

/** What is read of a file at these places, `[offset, length]`. */
function eventsAt(
  folder: string,
  places: readonly (readonly [number, number])[],
  { file = DAY, ...options }: Options & { file?: string } = {},
): (LogEvent | undefined)[] {
  const locations = places.map(([offset, length]): EventLocation => ({ file, offset, length }))
  const into = new Array<LogEvent | undefined>(places.length).fill(undefined)
  readPlaces(folder, file, locations, [...places.keys()], {
    registry: undefined,
    redactions: undefined,
    ...options,
    into,
  })
  return into
}

function dayWith(content: string, name = DAY): string {
  const folder = tempFolder()
  mkdirSync(join(folder, 'below'))
  writeFileSync(join(folder, name), content)
  return folder
}

const [ONE, TWO] = [noteLine(1), noteLine(2)]
const BOTH = [
  [0, ONE.length],
  [ONE.length, TWO.length],
] as const

describe('the events at places of a file', () => {
  it('are those whose lines are there, in the order asked for', () => {
    const folder = dayWith(ONE + TWO)
    expect(eventsAt(folder, [BOTH[1], BOTH[0]])).toEqual([note(2), note(1)])
  })

  it('go where they belong among the events of other files', () => {
    const folder = dayWith(ONE + TWO)
    const other = { file: '2026-11-23.jsonl', offset: 0, length: 9 }
    const locations = [other, { file: DAY, offset: ONE.length, length: TWO.length }]
    const into: (LogEvent | undefined)[] = [note(7), undefined]
    readPlaces(folder, DAY, locations, [1], { registry: undefined, redactions: undefined, into })
    expect(into).toEqual([note(7), note(2)])
  })

  it('are none where no place is asked for by its number', () => {
    const into: (LogEvent | undefined)[] = []
    readPlaces(dayWith(ONE), DAY, [], [0], { registry: undefined, redactions: undefined, into })
    expect(into).toEqual([undefined])
  })

  it.each([
    ['a file that is missing', '2026-11-23.jsonl'],
    ['a file outside the log', `../${DAY}`],
    ['a file of a folder within', `below/${DAY}`],
    ['a file of another name', 'index.db'],
  ])('are none of %s, whatever an index names', (_, file) => {
    const root = dayWith(ONE, 'index.db')
    for (const path of [DAY, `below/${DAY}`, `below/index.db`]) writeFileSync(join(root, path), ONE)
    const folder = file.startsWith('..') ? join(root, 'below') : root
    expect(eventsAt(folder, [[0, ONE.length]], { file })).toEqual([undefined])
  })

  it.each([
    ['one byte off', [1, ONE.length]],
    ['short of the newline, with another line after it', [0, ONE.length - 1]],
    ['two lines long', [0, ONE.length + TWO.length]],
    ['past the end', [ONE.length + TWO.length, 10]],
    ['longer than what is left', [ONE.length, TWO.length + 1]],
    ['within a line', [5, 10]],
    ['empty', [0, 0]],
    ['of a negative length', [0, -5]],
    ['longer than any line', [0, Number.MAX_SAFE_INTEGER]],
  ] as const)('are none at a place that is %s, and the others are read', (_, place) => {
    const folder = dayWith(ONE + TWO)
    expect(eventsAt(folder, [place, BOTH[1]])).toEqual([undefined, note(2)])
  })

  it('are none at two lines, though another one follows', () => {
    const folder = dayWith(ONE + TWO + noteLine(3))
    expect(eventsAt(folder, [[0, ONE.length + TWO.length]])).toEqual([undefined])
  })

  it('are none at a line that is still being written', () => {
    const folder = dayWith(ONE + TWO.slice(0, -1))
    expect(eventsAt(folder, [[ONE.length, TWO.length - 1]])).toEqual([undefined])
    expect(eventsAt(folder, [[ONE.length, TWO.length]])).toEqual([undefined])
  })

  it('are read though the newline between two is lost', () => {
    const folder = dayWith(ONE.slice(0, -1) + TWO)
    const places = [
      [0, ONE.length - 1],
      [ONE.length - 1, TWO.length],
    ] as const
    expect(eventsAt(folder, places)).toEqual([note(1), note(2)])
  })

  it('are none where something else than an event follows on the same line', () => {
    const folder = dayWith(`${ONE.slice(0, -1)} and more\n`)
    expect(eventsAt(folder, [[0, ONE.length - 1]])).toEqual([undefined])
  })

  it('are none where the line is damaged', () => {
    const folder = dayWith(`${'x'.repeat(ONE.length - 1)}\n${TWO}`)
    expect(eventsAt(folder, BOTH)).toEqual([undefined, note(2)])
  })

  it('are read with Windows line ends, and behind a byte order mark', () => {
    const folder = dayWith(`\uFEFF${ONE.slice(0, -1)}\r\n`)
    expect(eventsAt(folder, [[0, ONE.length + 4]])).toEqual([note(1)])
  })

  it('are read of a line as long as one may be, and of none that is longer', () => {
    const padded = (length: number): string => ONE.replace('}\n', `${' '.repeat(length - ONE.length)}}\n`)
    for (const [length, expected] of [
      [MAX_LINE_BYTES, note(1)],
      [MAX_LINE_BYTES + 1, undefined],
    ] as const)
      expect(eventsAt(dayWith(padded(length)), [[0, length]])).toEqual([expected])
  })
})

describe('an event at a place', () => {
  it('is the stub where it was redacted, and others stay as they are', () => {
    const redactions = new Redactions(tempFolder())
    const stub = stubOf(note(1), 'a token')
    redactions.record([{ verdict: 'here', event: stub }])
    expect(eventsAt(dayWith(ONE + TWO), BOTH, { redactions })).toEqual([stub, note(2)])
  })

  it('is read in the latest version of its type that a registry has', () => {
    const line = `${JSON.stringify(noteFields(1, { event_type: 'x.acme.Poked', payload: { feature_slug: 'a', how: 'once' } }))}\n`
    const folder = dayWith(line)
    const registry = createRegistry([
      {
        type: 'x.acme.Poked',
        version: 2,
        schema: schema.openObject({}),
        upcasters: { 1: (payload) => ({ ...payload, since: 2 }) },
      },
    ])
    const place = [[0, line.length]] as const
    expect(eventsAt(folder, place)[0]?.payload).toEqual({ feature_slug: 'a', how: 'once' })
    expect(eventsAt(folder, place, { registry })[0]?.payload).toEqual({
      feature_slug: 'a',
      how: 'once',
      since: 2,
    })
  })
})

describe('reading at places', () => {
  it.runIf(POSIX).each([
    ['a directory', (path: string) => mkdirSync(path), 'directory'],
    ['a FIFO', (path: string) => execFileSync('mkfifo', [path]), 'FIFO'],
    ['a link', (path: string) => symlinkSync('index.db', path), 'symbolic link'],
  ])('refuses %s that took the file’s place', (_, make, type) => {
    const folder = dayWith(ONE, 'index.db')
    make(join(folder, DAY))
    const error = errorOf(() => eventsAt(folder, BOTH))
    expect(error).toMatchObject({ kind: 'UnsafeSetup', context: { path: join(folder, DAY), type } })
  })

  it.runIf(CAN_MAKE_FULL_DEVICES)(
    'refuses a device: it reads like a file, and holds nothing of the log',
    () => {
      const folder = tempFolder()
      fullDeviceAt(join(folder, DAY))
      const error = errorOf(() => eventsAt(folder, BOTH))
      expect(error).toMatchObject({ kind: 'UnsafeSetup', context: { type: 'special file' } })
    },
  )

  it.runIf(CAN_LIST_OPEN_FILES)('leaves nothing open, whether it finds events, none, or no file', () => {
    const folder = dayWith(ONE + TWO)
    mkdirSync(join(folder, '2026-11-23.jsonl'))
    eventsAt(folder, BOTH)
    eventsAt(folder, [[7, 7]])
    errorOf(() => eventsAt(folder, BOTH, { file: '2026-11-23.jsonl' }))
    expect(openFiles(folder)).toEqual([])
  })
})
