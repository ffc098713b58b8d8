import { fstatSync, statSync, type Stats, writeSync } from 'node:fs'
import { EXIT, systemCode } from '../errors/kitty-error.js'
import { IS_WINDOWS } from '../platform/system.js'

export interface OutputStream {
  readonly isTTY?: boolean | undefined
  readonly columns?: number | undefined
  write(text: string): unknown
  on(event: 'error', listener: (error: Error) => void): unknown
  /** A stream that can fill up emits this when it has room again. */
  once?(event: 'drain', listener: () => void): unknown
}

const RETRY_MS = 5

const opened = new Map<number, OutputStream>()

/**
 * stdout (1) or stderr (2). Writes synchronously to a pipe, socket, file or /dev/null, as Node would; but
 * process.stdout loads streams and sockets for that, which takes longer than reading and printing a board.
 */
export function standardOutput(fd: 1 | 2): OutputStream {
  let stream = opened.get(fd)
  if (stream === undefined) {
    stream = isPlain(fd) ? new PlainOutput(fd) : fd === 1 ? process.stdout : process.stderr
    opened.set(fd, stream)
  }
  return stream
}

/**
 * For output that bypasses the printer: what cannot be written ends in an exit code, and a reader that has left (`kitty
 * --version | head -0`) is no failure.
 */
export function outlive(stream: OutputStream): void {
  stream.on('error', (error) => {
    if (systemCode(error) !== 'EPIPE') process.exitCode = EXIT.damaged
  })
}

function isPlain(fd: number): boolean {
  if (IS_WINDOWS) return false
  try {
    const stats = fstatSync(fd)
    return stats.isFIFO() || stats.isFile() || stats.isSocket() || isNull(stats)
  } catch (error) {
    // The parent process closed it: Node knows what to substitute.
    if (systemCode(error) === undefined) throw error
    return false
  }
}

function isNull(stats: Stats): boolean {
  return stats.isCharacterDevice() && stats.rdev === statSync('/dev/null').rdev
}

class PlainOutput implements OutputStream {
  readonly #listeners: ((error: Error) => void)[] = []

  constructor(private readonly fd: number) {}

  write(text: string): boolean {
    const bytes = Buffer.from(text)
    try {
      for (let done = 0; done < bytes.length;) done += this.#writeSome(bytes, done)
    } catch (error) {
      if (systemCode(error) === undefined || !(error instanceof Error)) throw error
      for (const listener of this.#listeners) listener(error)
    }
    return true
  }

  on(_event: 'error', listener: (error: Error) => void): void {
    this.#listeners.push(listener)
  }

  #writeSome(bytes: Buffer, from: number): number {
    try {
      return writeSync(this.fd, bytes, from)
    } catch (error) {
      // Another process made this pipe non-blocking, and it is full.
      if (systemCode(error) !== 'EAGAIN') throw error
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, RETRY_MS)
      return 0
    }
  }
}
