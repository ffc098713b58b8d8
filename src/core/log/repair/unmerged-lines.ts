import { askGitFields } from '../../git/git.js'
import { dayFileAt } from '../format/day-file.js'
import type { RawLine } from '../event-log.js'
import { rawLinesIn } from '../format/raw-lines.js'
import { repoPath } from '../../platform/paths.js'
import { blobLines } from './blob-lines.js'

/**
 * Returns the events on every side of the log's unmerged files, as git's index keeps them while a conflict is open
 * (git-ls-files(1), `--unmerged`). Needed when git was told not to merge the log: the work tree then has only our side.
 * @throws KittyError if git fails.
 */
export function unmergedLines(root: string, eventsDir: string): RawLine[] {
  const folder = repoPath(root, eventsDir)
  const entries = askGitFields(root, ['ls-files', '--unmerged', '-z', '--', folder])
  const ids = entries.flatMap((entry) => {
    const [, id, path = ''] = /^[0-7]+ ([0-9a-f]{40,64}) [123]\t(.*)$/s.exec(entry) ?? []
    return id !== undefined && dayFileAt(path, folder) !== undefined ? [id] : []
  })
  const lines = new Map<string, RawLine>()
  for (const { parts } of blobLines(root, [...new Set(ids)]))
    for (const part of parts) for (const line of rawLinesIn(part)) lines.set(line.event_id, line)
  return [...lines.values()]
}
