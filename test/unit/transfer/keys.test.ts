import { expect, it } from 'vitest'
import { isName } from '../../../src/core/events-lib.js'
import { importKey, parseImportKey } from '../../../src/core/transfer/keys.js'

const LONG = { format: 'f'.repeat(20), source: 's'.repeat(60), item: 'i'.repeat(56), what: 'w'.repeat(30) }
const ID = '01KDPX5QJ3C4T6V8W0Y2Z4A6B8'

it.each([24, 25, 26])(
  'a key is a name, also with all its parts at their longest and an ID of %i characters',
  (length) => {
    const [one, two] = [ID.slice(0, length), ID.slice(0, length - 1) + 'Z']
    const keys = [one, two].map((h) => importKey({ ...LONG, h }))
    expect(keys.map(isName)).toEqual([true, true])
    expect(keys[0]).not.toBe(keys[1])
    expect(parseImportKey(keys[0] ?? '')).toMatchObject(LONG)
  },
)

it('a key within the limit is as it always was', () => {
  const [prefix, ...parts] = importKey({ ...LONG, h: ID.slice(0, 23) }).split(':')
  expect([prefix, ...parts]).toEqual(['import', ...Object.values(LONG), ID.slice(0, 23)])
  expect(importKey({ ...LONG, item: 'i', h: ID })).toBe(
    ['import', LONG.format, LONG.source, 'i', LONG.what, ID].join(':'),
  )
})
