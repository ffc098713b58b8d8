import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readEventId } from '../../../src/core/events-lib.js'
import { idLine, idOfLine } from '../../../src/core/log/format/id-line.js'
import { FOREIGN_IDS, ulid } from '../../support/events.js'

describe('the line of an ID', () => {
  it('is a ULID as it is, and any other ID as a JSON string', () => {
    expect(idLine(ulid(1))).toBe(ulid(1))
    expect(FOREIGN_IDS.map(idLine)).toEqual(FOREIGN_IDS.map((id) => JSON.stringify(id)))
  })

  it('gives back every ID that an event may have, from one line of UTF-8', () => {
    const any = fc.string({ unit: 'binary', minLength: 1, maxLength: 200 })
    const ids = any.filter((id) => readEventId(id) !== undefined)
    fc.assert(
      fc.property(fc.oneof(ids, fc.constantFrom(...FOREIGN_IDS, ulid(7))), (id) => {
        const line = Buffer.from(idLine(id)).toString()
        expect(line).not.toContain('\n')
        expect(idOfLine(line)).toBe(id)
      }),
    )
  })

  it.each([
    ['part of a ULID', ulid(1).slice(0, 9)],
    ['two lines that a crash joined', `"evt-0${ulid(1)}`],
    ['an ID of another form without its quotes', 'evt-000001'],
    ['a string that is no name', '"a\\nb"'],
    ['something else in JSON', '"a" "b"'],
    ['nothing', ''],
  ])('is not %s', (_, line) => {
    expect(idOfLine(line)).toBeUndefined()
  })
})
