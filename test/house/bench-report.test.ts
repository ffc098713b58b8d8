import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { describe, expect, it } from 'vitest'

const SUITE = fileURLToPath(new URL('../../bench/suite', import.meta.url))

interface Row {
  readonly took: {
    readonly median: number
    readonly min: number
    readonly max: number
    readonly runs: number
  }
  readonly ratio?: { readonly median: number }
  readonly met?: boolean
}
interface Measure {
  median(samples: readonly number[]): number
  row(measured: object): Row
  goalsOf(rows: readonly Row[]): Row[]
}
interface Report {
  markdown(result: object, notes?: string): string
}

// Plain modules without types: what they export is written down above.
const load = async <T>(name: string): Promise<T> => (await import(pathToFileURL(join(SUITE, name)).href)) as T
const { median, row, goalsOf } = await load<Measure>('measure.mjs')
const { markdown } = await load<Report>('report.mjs')

const GOAL = { name: 'as fast as can be', of: 'ratio', atMost: 2 }
const measured = (samples: readonly number[], goal: object = GOAL): Row =>
  row({ what: 'a command', at: 1000, samples, against: { what: 'the limit', samples: [10, 100, 10] }, goal })

const result = (parts: readonly object[]): object => ({
  date: '2026-11-22T10:00:00.000Z',
  seconds: 61,
  command: 'npm run bench',
  machine: { processor: 'a processor', cores: 2, memory_gb: 8, load_at_start: 0.1 },
  versions: { commit: 'abc', node: 'v20.20.2' },
  parts,
})

describe('the report of the bench', () => {
  it('takes the middle sample, of an even number the mean of two', () => {
    expect(median([3, 1, 2])).toBe(2)
    expect(median([4, 1, 3, 2])).toBe(2.5)
  })

  it('compares runs that followed each other, so that a slow while counts for both', () => {
    const { ratio, took } = measured([15, 150, 400])

    expect(ratio?.median).toBe(1.5)
    expect(took).toEqual({ median: 150, min: 15, max: 400, runs: 3 })
  })

  it('meets a goal at its very value, in both directions', () => {
    expect(measured([20, 200, 20]).met).toBe(true)
    expect(measured([21, 210, 21]).met).toBe(false)
    expect(measured([5, 50, 5], { name: 'many', of: 'ratio', atLeast: 0.5 }).met).toBe(true)
    expect(measured([4, 40, 4], { name: 'many', of: 'ratio', atLeast: 0.5 }).met).toBe(false)
    expect(measured([5, 50, 7], { name: 'soon', of: 'took', atMost: 7 }).met).toBe(true)
  })

  it('names for each goal the row that is furthest from it', () => {
    const rows = [measured([10, 100, 10]), measured([30, 300, 30]), measured([20, 200, 20])]

    expect(goalsOf(rows)).toEqual([rows[1]])
  })

  it('shows what was missed, and what people noted about it', () => {
    const page = markdown(result([{ title: 'A part', rows: [measured([30, 300, 30])] }]), 'We tried this.')

    expect(page).toContain('| as fast as can be | ≤ 2 | 3.00 | a command, 1,000 | **no** |')
    expect(page).toContain('We tried this.')
  })

  it('has as many cells in every row of a table as in its head', () => {
    const took = { median: 1, min: 1, max: 1, runs: 1 }
    const tool = { tool: 'kitty', runs_on: 'node', moves: 'an event', create: took, move: took, list: took }
    const parallel = { said_done: 16, shown: 16, kept: 16, ms: 900 }
    const peers = { bare_node: took, parallel: 16, tools: [{ ...tool, parallel }], left: [] }

    const page = markdown(
      result([
        { title: 'Whole', rows: [measured([1, 2, 3])] },
        { title: 'Others', peers },
      ]),
    )

    const tables = page.split('\n\n').filter((block) => block.startsWith('|'))
    expect(tables).toHaveLength(3)
    for (const table of tables) {
      const widths = table.split('\n').map((line) => line.split('|').length)
      expect(new Set(widths).size).toBe(1)
    }
  })

  it('says of a part that was measured again when that was, and of which commit', () => {
    const again = { date: '2026-11-23T10:00:00.000Z', commit: 'def', load_at_start: 2.5 }
    const page = markdown(result([{ name: 'one', title: 'One', rows: [measured([15])], again }]))
    expect(page).toContain(
      '## One\n\nMeasured again 2026-11-23T10:00:00.000Z, of commit def. Load before it began: 2.5 — **the machine had',
    )
  })

  it('says which part did not run, and shows the others', () => {
    const parts = [
      { title: 'Broken', rows: [], failed: 'no sqlite3' },
      { title: 'Whole', rows: [measured([10, 100, 10])] },
    ]

    const page = markdown(result(parts))

    expect(page).toContain('**This part did not run to its end:** no sqlite3')
    expect(page).toContain('## Whole')
  })
})
