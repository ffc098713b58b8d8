import { isDeepStrictEqual } from 'node:util'
import type { Ordered } from '../../events-lib.js'
import type { IndexReader, PackedRows } from '../../index/event-index.js'
import type { LogProblem } from '../../log/event-log.js'

/** Number of rows per comparison. */
const PAGE = 2000

/** Whether two indexes answer every question alike. Reads both a page and a feature at a time. */
export async function sameAnswers(a: IndexReader, b: IndexReader): Promise<boolean> {
  if (!(await sameRows(a, b))) return false
  const slugs = await a.featureSlugs()
  if (!isDeepStrictEqual(slugs, await b.featureSlugs())) return false
  for (const slug of slugs) {
    if (!isDeepStrictEqual(await a.workPackages(slug), await b.workPackages(slug))) return false
    if (!isDeepStrictEqual(await a.boardRows(slug), await b.boardRows(slug))) return false
  }
  return isDeepStrictEqual(await remaining(a), await remaining(b))
}

async function sameRows(a: IndexReader, b: IndexReader): Promise<boolean> {
  let after: Ordered | undefined = { lamport_clock: -1, event_id: '' }
  while (after !== undefined) {
    const one: PackedRows = await a.packedRows(after, PAGE)
    const other = await b.packedRows(after, PAGE)
    // SQLite and Node escape some characters differently.
    if (one.text !== other.text && !isDeepStrictEqual(JSON.parse(one.text), JSON.parse(other.text)))
      return false
    after = one.last
  }
  return true
}

async function remaining(index: IndexReader): Promise<unknown[]> {
  const problems = (await index.problems())
    // Which of two files a line was found in second depends on when the hub and git brought it.
    .filter(({ kind }) => kind !== 'on_hub')
    .map((problem) => ({ ...problem }))
    .sort(byPlaceAndKind)
  return [await index.features(), await index.maximumClock(), problems]
}

export function byPlace(a: LogProblem, b: LogProblem): number {
  return a.file === b.file ? a.line - b.line : a.file < b.file ? -1 : 1
}

/** Sorts by place and kind, since two indexes may have found the problems of one line in different orders. */
function byPlaceAndKind(a: LogProblem, b: LogProblem): number {
  return byPlace(a, b) || (a.kind < b.kind ? -1 : a.kind > b.kind ? 1 : a.message < b.message ? -1 : 1)
}
