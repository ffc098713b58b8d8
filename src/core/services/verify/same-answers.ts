import { isDeepStrictEqual } from 'node:util'
import { packRow } from '../../index/board-row.js'
import type { IndexReader } from '../../index/event-index.js'
import type { LogProblem } from '../../log/event-log.js'
import { REPEATS } from '../../index/ingest/repeated-line.js'

/** Whether two indexes answer every question alike. */
export async function sameAnswers(a: IndexReader, b: IndexReader): Promise<boolean> {
  if (!(await b.hasRowsOf(a))) return false
  const slugs = await a.featureSlugs()
  if (!isDeepStrictEqual(slugs, await b.featureSlugs())) return false
  for (const slug of slugs) {
    if (!isDeepStrictEqual(await a.workPackages(slug), await b.workPackages(slug))) return false
    if (!isDeepStrictEqual(await packedRows(a, slug), await packedRows(b, slug))) return false
  }
  return isDeepStrictEqual(await remaining(a), await remaining(b))
}

/** As text, since rows of some indexes are views. */
async function packedRows(index: IndexReader, feature: string): Promise<string[]> {
  return (await index.boardRows(feature)).map(packRow)
}

async function remaining(index: IndexReader): Promise<unknown[]> {
  const problems = (await index.problems())
    // Which of two files a line was found in second depends on when the hub and git brought it.
    .filter(({ kind }) => kind !== 'on_hub')
    // As does which of several other lines a repetition names.
    .map((problem) => (REPEATS.has(problem.kind) ? { ...problem, message: '' } : { ...problem }))
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
