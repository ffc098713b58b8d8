import { closeSync, openSync, readSync } from 'node:fs'

/** Bytes per read: a process that appends many events rarely needs to ask the system again. */
const AT_ONCE = 1024

/**
 * Numbers from 0 up to 1 in 256 steps, from the system's random source. Reads it as a file where possible: otherwise
 * every command that writes would wait for node:crypto to load.
 */
export function randomFractions(): () => number {
  const bytes = Buffer.alloc(AT_ONCE)
  let next = AT_ONCE
  return () => {
    if (next === AT_ONCE) {
      if (!readSystemSource(bytes)) process.getBuiltinModule('node:crypto').randomFillSync(bytes)
      next = 0
    }
    return bytes.readUInt8(next++) / 256
  }
}

function readSystemSource(into: Buffer): boolean {
  try {
    const fd = openSync('/dev/urandom', 'r')
    try {
      return readSync(fd, into) === into.length
    } finally {
      closeSync(fd)
    }
  } catch {
    // Windows, or a container without devices: use node:crypto.
    return false
  }
}
