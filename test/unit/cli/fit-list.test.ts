import { describe, expect, it } from 'vitest'
import { pickFields, withRoomFor } from '../../../src/core/cli/fit-list.js'

describe('the command that shows the whole list', () => {
  it.each([
    ['kitty list --lane doing', 'kitty list --lane doing --limit 9'],
    ['kitty list --limit 2 --lane doing', 'kitty list --lane doing --limit 9'],
    ['kitty list --budget=300 --limit=2 -f 017', 'kitty list -f 017 --limit 9'],
    ['kitty search --limit 2 -- --limit 5', 'kitty search --limit 9 -- --limit 5'],
    ['kitty log -- WP01', 'kitty log --limit 9 -- WP01'],
  ])('asks what %s asked, with room for all', (asked, all) => {
    expect(withRoomFor(9, asked.split(' ')).join(' ')).toBe(all)
  })
})

describe('the fields of a list', () => {
  it.each([
    ['', '--fields has an empty name.'],
    ['title,', '--fields has an empty name.'],
    [',nothing', 'There is no field nothing.'],
    ['nothing,none', 'There is no field nothing, none.'],
  ])('of %j are refused by name', (fields, message) => {
    expect(() => pickFields([{ title: 'Login' }], fields)).toThrow(message)
  })
})
