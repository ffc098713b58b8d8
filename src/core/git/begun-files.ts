import { closeSync, lstatSync } from 'node:fs'
import { join } from 'node:path'
import { openToRead, readFully } from '../files/open-file.js'
import { askGitFields, gitEither, gitText } from './git.js'
import { outputFile } from './output-file.js'

const PART_BYTES = 1024 * 1024
/** In bytes: git holds a file in memory to filter it, so a larger one is compared as git stores it. */
const FILTERED_BYTES = 8 * 1024 * 1024

/**
 * The files of a work tree that have no more than the beginning of what git's index has for them: git was stopped while
 * it wrote them.
 * @throws as `git`; KittyError DiskFull, NotWritable
 */
export function begunFiles(path: string): string[] {
  // Without a refresh, an index that was only just read calls every file changed.
  gitEither(path, ['update-index', '-q', '--refresh'])
  const changed = askGitFields(path, ['diff-files', '--name-only', '--diff-filter=M', '-z'])
  return changed.filter((name) => {
    const isFile = lstatSync(join(path, name), { throwIfNoEntry: false })?.isFile()
    return isFile === true && isBegun(path, name)
  })
}

function isBegun(path: string, name: string): boolean {
  const now = openToRead(join(path, name))
  if (now === undefined) return false
  try {
    const isLarge = Number(gitText(path, ['cat-file', '-s', `:${name}`])) > FILTERED_BYTES
    const whole = outputFile(path, ['cat-file', isLarge ? 'blob' : '--filters', `:${name}`])
    try {
      return startsWith(whole.fd, now.fd)
    } finally {
      whole.remove()
    }
  } finally {
    closeSync(now.fd)
  }
}

/** True if the second file is a part of the first one, from its start, and not all of it. */
function startsWith(whole: number, begun: number): boolean {
  const [a, b] = [Buffer.alloc(PART_BYTES), Buffer.alloc(PART_BYTES)]
  for (let at = 0; ; at += PART_BYTES) {
    const has = readFully(whole, a, 0, PART_BYTES, at)
    const had = readFully(begun, b, 0, PART_BYTES, at)
    if (had > has || !a.subarray(0, had).equals(b.subarray(0, had))) return false
    if (had < PART_BYTES) return has > had
  }
}
