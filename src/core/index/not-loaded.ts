import { IndexUnusable } from './event-index.js'

/** The first line of the failure says why. Loaders go on with every path they tried, or end with an announcement of them. */
export function notLoaded(error: unknown): IndexUnusable {
  const said = error instanceof Error ? error.message : String(error)
  const [first = ''] = said.split('\n')
  const why = first.endsWith('Tried:') ? first.slice(0, -'Tried:'.length).trimEnd() : first
  const reason = why.replace(/[.:,]$/, '')
  return new IndexUnusable('unavailable', `the SQLite module cannot be loaded (${reason})`, { cause: error })
}
