import { systemCode } from '../errors/kitty-error.js'

const WAIT_MS = 2_000
const FIRST_PAUSE_MS = 2
const LONGEST_PAUSE_MS = 100
/** How Windows answers while another program has the file open and does not share it, or has locked a part of it. */
const IN_USE: ReadonlySet<string> = new Set(['EBUSY'])

export interface HeldOptions {
  readonly platform?: NodeJS.Platform
  /** The system's codes that may mean that another program has the file. */
  readonly codes?: ReadonlySet<string>
  readonly waitMs?: number
}

/**
 * Makes a file call; on Windows tries again for up to 2 s while another program keeps the file from it: readers, scanners
 * and indexers hold files for moments. Elsewhere an open file is no obstacle.
 * @throws the system's error of the last try
 */
export function onceFree<T>(
  call: () => T,
  { platform = process.platform, codes = IN_USE, waitMs = WAIT_MS }: HeldOptions = {},
): T {
  let waited = 0
  for (let wait = FIRST_PAUSE_MS; ; wait = Math.min(wait * 2, LONGEST_PAUSE_MS)) {
    try {
      return call()
    } catch (error) {
      if (platform !== 'win32' || waited >= waitMs || !codes.has(systemCode(error) ?? '')) throw error
    }
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, wait)
    waited += wait
  }
}
