import { renameSync } from 'node:fs'
import { KittyError, systemCode } from '../errors/kitty-error.js'

const WAIT_MS = 2_000
const FIRST_PAUSE_MS = 2
const LONGEST_PAUSE_MS = 100
/** On Windows a file cannot be replaced while someone has it open: readers, scanners and indexers hold files for moments. */
const HELD: ReadonlySet<string> = new Set(['EPERM', 'EBUSY', 'EACCES'])

export interface RenameOptions {
  readonly platform?: NodeJS.Platform
  readonly rename?: (from: string, to: string) => void
  readonly waitMs?: number
}

/**
 * Renames a file or a folder, over a file that may be there. On Windows it tries again for up to 2 s while another
 * program has it open; elsewhere that is no obstacle.
 * @throws KittyError NotWritable when it is still in use then; the system's error for anything else.
 */
export function renameOver(
  from: string,
  to: string,
  { platform = process.platform, rename = renameSync, waitMs = WAIT_MS }: RenameOptions = {},
): void {
  let waited = 0
  for (let wait = FIRST_PAUSE_MS; ; wait = Math.min(wait * 2, LONGEST_PAUSE_MS)) {
    try {
      rename(from, to)
      return
    } catch (error) {
      if (platform !== 'win32' || !HELD.has(systemCode(error) ?? '')) throw error
      if (waited >= waitMs) throw inUse(to, error)
    }
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, wait)
    waited += wait
  }
}

function inUse(path: string, cause: unknown): KittyError {
  return new KittyError(
    'NotWritable',
    `${path} is in use by another program, or may not be written; it is as it was.`,
    {
      nextSteps: [
        'Close the program that has it open (an editor, a virus scanner, a sync client), then run the command again.',
      ],
      context: { path, code: systemCode(cause) ?? null },
      cause,
    },
  )
}
