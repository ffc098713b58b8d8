import { readdirSync, readlinkSync } from 'node:fs'

const DESCRIPTORS = '/proc/self/fd'

/** True when `openFiles` works on this platform. */
export const CAN_LIST_OPEN_FILES = process.platform === 'linux'

if (!CAN_LIST_OPEN_FILES) process.stderr.write('skipped: what looks at the files this process has open\n')

/** This process's open files below a folder, one path per descriptor; a removed file's path ends in "(deleted)". */
export function openFiles(folder: string): string[] {
  return readdirSync(DESCRIPTORS)
    .flatMap((descriptor) => {
      try {
        return [readlinkSync(`${DESCRIPTORS}/${descriptor}`)]
      } catch {
        // The descriptor with which we read the folder itself.
        return []
      }
    })
    .filter((path) => path.startsWith(folder))
    .sort()
}
