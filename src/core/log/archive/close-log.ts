import { mkdirSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { replaceFile } from '../../files/replace-file.js'
import { storageError } from '../../files/storage-error.js'
import { renameOver } from '../../platform/rename-over.js'
import type { Workspace } from '../../workspace/workspace.js'
import { isDayFile } from '../format/day-file.js'
import { CLOSED } from './closed-logs.js'
import { removeFile } from '../../platform/remove-path.js'

/**
 * Moves log, journal and archive into their own folder under git's directory, together with the reason. It records the
 * IDs first, so a crash in between closes either the whole log or none of it.
 * @param ids IDs of every event in them. @param at RFC 3339 UTC. @returns the folder. @throws KittyError
 */
export function closeLog(workspace: Workspace, ids: ReadonlySet<string>, reason: string, at: string): string {
  const { privateDir, eventsDir, journalFile, archiveDir, clockFile } = workspace
  const folder = join(privateDir, `${CLOSED}${at.replaceAll(':', '')}`)
  try {
    mkdirSync(join(folder, 'log'), { recursive: true, mode: 0o700 })
    replaceFile(join(folder, 'reason.json'), Buffer.from(`${JSON.stringify({ reason, at })}\n`))
    replaceFile(join(folder, 'ids'), Buffer.from([...ids, ''].join('\n')))
    for (const name of readdirSync(eventsDir).filter(isDayFile))
      renameOver(join(eventsDir, name), join(folder, 'log', name))
    moveIfThere(journalFile, join(folder, 'journal.jsonl'))
    moveIfThere(archiveDir, join(folder, 'events'))
    removeFile(clockFile)
  } catch (error) {
    throw storageError(error, folder, 'not stored')
  }
  return folder
}

function moveIfThere(from: string, to: string): void {
  if (statSync(from, { throwIfNoEntry: false }) !== undefined) renameOver(from, to)
}
