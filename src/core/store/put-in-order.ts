import type { Notices } from '../errors/notices.js'
import type { EventIndex } from '../index/event-index.js'
import { groupBy } from '../log/group-by.js'
import type { EventLog } from '../log/event-log.js'
import { crc32 } from '../log/format/crc32.js'
import { endedTails, forgetEnded } from '../log/repair/ended-tails.js'
import { needsNormalizing, normalizeFile } from '../log/repair/normalize.js'
import { quarantineLines } from '../log/repair/quarantine.js'
import { isGitAtWork } from '../log/repair/unstaged-deletions.js'
import type { Workspace } from '../workspace/workspace.js'
import { counted } from '../errors/counted.js'

interface Folder {
  readonly log: EventLog
  readonly workspace: Workspace
  readonly notices: Notices
}

/**
 * Puts files that a merge left out of order in order. Skips the work while git is running: git might write a file
 * between our last check and our replacing it.
 * @returns whether a file was rewritten
 */
export async function putInOrder(index: EventIndex, folder: Folder): Promise<boolean> {
  const { workspace, notices } = folder
  if (isGitAtWork(workspace)) return false
  let rewrote = moveEndedTails(folder)
  for (const [file, problems] of groupBy(await index.problems(), (problem) => problem.file)) {
    const repeats = problems.filter(({ kind }) => kind === 'duplicate' || kind === 'out_of_order').length
    if (!needsNormalizing(problems, repeats)) continue
    const merged = normalizeFile(workspace.eventsDir, file)
    if (merged === undefined) continue
    notices.warn(
      `Put ${file} in order: merged ${merged.merged}, dropped ${counted(merged.duplicates, 'duplicate')}.`,
    )
    rewrote = true
  }
  return rewrote
}

/** Moves torn tails that could only be ended while git was at work. @returns whether there were any */
function moveEndedTails({ log, workspace, notices }: Folder): boolean {
  const tails = endedTails(workspace.privateDir)
  if (tails.length === 0) return false
  for (const file of new Set(tails.map((tail) => tail.file))) {
    const copy = quarantineLines(log, workspace, file, ({ offset, length }) => {
      const text = log.readLine({ file, offset, length })
      const crc = text === undefined ? undefined : crc32(Buffer.from(text, 'latin1'))
      return tails.some((tail) => tail.file === file && tail.bytes === length - 1 && tail.crc32 === crc)
    })
    if (copy !== undefined) notices.warn(`${file} was repaired: what a crash left of a line moved to ${copy}`)
  }
  forgetEnded(workspace.privateDir)
  return true
}
