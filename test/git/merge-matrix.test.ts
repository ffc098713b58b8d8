import { describe, expect, it } from 'vitest'
import { tempFolder } from '../support/temp-folder.js'
import { pathWithKitty } from './support/kitty-shim.js'
import { Cell, faultsOf, SET_UPS, type SetUp, STYLES } from './support/matrix.js'
import { SCENARIOS } from './support/scenarios.js'

/** Every cell with `KITTY_MATRIX=full` (npm run test:git); else one of each row. */
const isFull = process.env['KITTY_MATRIX'] === 'full'
const path = pathWithKitty()

interface CellName {
  readonly scenario: string
  readonly setUp: SetUp
  readonly style: string
}

function cells(): CellName[] {
  // A cast, for keys that are what their type says.
  const setUps = Object.keys(SET_UPS) as SetUp[]
  return Object.keys(SCENARIOS).flatMap((scenario, row) => {
    if (isFull) return setUps.flatMap((setUp) => STYLES.map((style) => ({ scenario, setUp, style })))
    const [setUp, style] = [setUps[row % setUps.length], STYLES[row % STYLES.length]]
    return setUp === undefined || style === undefined ? [] : [{ scenario, setUp, style }]
  })
}

describe('after whatever git did to the log, the next command has each event exactly once', () => {
  it.each(cells())(
    '$scenario, $setUp, $style',
    async ({ scenario, setUp, style }) => {
      const cell = await Cell.make(tempFolder(), setUp, style, { path })
      const expected = (await SCENARIOS[scenario]?.(cell)) ?? cell.emitted
      expect(await faultsOf(cell, expected)).toEqual([])
    },
    120_000,
  )
})
