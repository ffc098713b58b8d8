import { readdirSync, readlinkSync } from 'node:fs'

const DESCRIPTORS = '/proc/self/fd'

/** Whether `openFiles` can tell. */
export const CAN_LIST_OPEN_FILES = process.platform === 'linux'

if (!CAN_LIST_OPEN_FILES) process.stderr.write('skipped: what looks at the files this process has open\n')

/** What this process has open below a folder, one path a descriptor; of a file that is gone it ends in "(deleted)". */
export function openFiles(folder: string): string[] {
  return readdirSync(DESCRIPTORS)
    .flatMap((descriptor) => {
      try {
        return [readlinkSync(`${DESCRIPTORS}/${descriptor}`)]
      } catch {
        // The one that the folder itself was read with.
        return []
      }
    })
    .filter((path) => path.startsWith(folder))
    .sort()
}
