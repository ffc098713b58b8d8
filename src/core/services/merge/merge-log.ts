import { KittyError } from '../../errors/kitty-error.js'
import { mergeLines } from '../../log/format/merge-lines.js'
import { linesIn } from '../../files/line-parts.js'
import { readWhole, sizeOf } from '../../files/open-file.js'
import { replaceFile } from '../../files/replace-file.js'
import { shownCommand } from '../../errors/next-step.js'

/** What git passes to a merge driver. See gitattributes(5), "Defining a custom merge driver". */
export interface MergeVersions {
  /** Empty or missing if both sides created the file. */
  readonly base: string
  /** Path of our version, which is also where the result goes. */
  readonly ours: string
  readonly theirs: string
  /** The file's path in the repository (`%P`). Undefined for a driver line registered by an older kitty. */
  readonly path: string | undefined
}

/** In bytes, of the three versions. They are merged in memory, and their authors chose their size. */
const MAX_BYTES = 48 * 1024 * 1024

const LOG_FILE = /(?:^|\/)\.kittify\/events\/[^/]+\.jsonl$/

/**
 * The log's merge driver: replaces `ours` with the set union of three versions of one day's file, or leaves it
 * unchanged. It runs once per file inside git's merge, in any repository, so it uses no container, no index and no
 * `.kittify`. Attributes belong to the repository, so git may pass any file; only a log is merged. See docs/formats.md,
 * "Merging".
 * @throws KittyError UsageError for any other file, before anything is written; the driver line then lets git merge it
 */
export function mergeLog({ base, ours, theirs, path }: MergeVersions): void {
  if (path !== undefined && !LOG_FILE.test(path)) throw noLog(path)
  const bytes = [base, ours, theirs].reduce((sum, file) => sum + sizeOf(file), 0)
  if (bytes > MAX_BYTES) throw tooLarge(path ?? ours, bytes)
  const versions = [readWhole(base)?.bytes ?? Buffer.alloc(0), version(ours), version(theirs)]
  if (!versions.every(isLog)) throw noLog(path ?? ours)
  replaceFile(ours, mergeLines(versions).bytes)
}

/** True for a file without text, and for a file with a line that looks like an event. */
function isLog(bytes: Buffer): boolean {
  let hasText = false
  for (const one of linesIn(bytes)) {
    const line = one.toString('latin1')
    if (line.trim() === '') continue
    hasText = true
    if (/^[^{]{0,4}\{.*"event_id"\s*:/.test(line)) return true
  }
  return !hasText
}

function version(path: string): Buffer {
  const whole = readWhole(path)
  if (whole !== undefined) return whole.bytes
  throw new KittyError('DamagedData', `${path} is not there: there is nothing to merge.`, {
    nextSteps: [...shownCommand(['git', 'config', 'merge.kitty-events.driver'], 'git runs this command')],
    context: { path },
  })
}

/** Its exit code lets git make the union instead, which neither sorts the lines nor reads them. */
function tooLarge(path: string, bytes: number): KittyError {
  const size = `${String(Math.ceil(bytes / 1024 / 1024))} MB`
  return new KittyError(
    'DamagedData',
    `The versions of ${path} have ${size}: git merges them line by line.`,
    {
      nextSteps: shownCommand(['kitty', 'agent', 'events', 'verify'], 'names what made the file so large'),
      context: { path, bytes },
    },
  )
}

function noLog(path: string): KittyError {
  return new KittyError('UsageError', `${path} is no event log: git merges it as text.`, {
    nextSteps: ['take merge=kitty-events from that file in .gitattributes'],
    context: { path },
  })
}
