import { KittyError } from '../errors/kitty-error.js'
import { mergeLines } from '../log/format/merge-lines.js'
import { readWhole } from '../files/open-file.js'
import { replaceFile } from '../files/replace-file.js'

/** What git hands to a merge driver: gitattributes(5), "Defining a custom merge driver". */
export interface MergeVersions {
  /** Empty or missing where the file was made on both sides. */
  readonly base: string
  /** Our version, and where the result goes. */
  readonly ours: string
  readonly theirs: string
  /** What the file is called in the repository (`%P`); undefined for a driver line that an older kitty registered. */
  readonly path: string | undefined
}

const LOG_FILE = /(?:^|\/)\.kittify\/events\/[^/]+\.jsonl$/

/**
 * The log's merge driver: `ours` becomes the set union of three versions of one day's file, whole or not at all. It
 * runs once per file inside git's merge, in any repository: no container, no index, no `.kittify`. Attributes are the
 * repository's, so any file may come here; only a log is merged. docs/formats.md, "Merging".
 * @throws KittyError UsageError for any other file, before anything is written; the driver line then has git merge it.
 */
export function mergeLog({ base, ours, theirs, path }: MergeVersions): void {
  if (path !== undefined && !LOG_FILE.test(path)) throw noLog(path)
  const versions = [readWhole(base)?.bytes ?? Buffer.alloc(0), version(ours), version(theirs)]
  if (!versions.every(isLog)) throw noLog(path ?? ours)
  replaceFile(ours, mergeLines(versions).bytes)
}

/** True for a file without text, and for one with a line that has an event's form. */
function isLog(bytes: Buffer): boolean {
  let hasText = false
  for (const line of bytes.toString('latin1').split('\n')) {
    if (line.trim() === '') continue
    hasText = true
    if (/^[^{]{0,4}\{.*"event_id"\s*:/.test(line)) return true
  }
  return !hasText
}

function version(path: string): Buffer {
  const whole = readWhole(path)
  if (whole !== undefined) return whole.bytes
  throw new KittyError('DamagedData', `${path} is not there: there is nothing to merge`, {
    nextSteps: ['git runs this command: see merge.kitty-events.driver in git config'],
    context: { path },
  })
}

function noLog(path: string): KittyError {
  return new KittyError('UsageError', `${path} is no event log: git merges it as text.`, {
    nextSteps: ['take merge=kitty-events from that file in .gitattributes'],
    context: { path },
  })
}
