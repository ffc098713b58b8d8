import { fstatSync, readdirSync, readFileSync, readlinkSync, writeSync } from 'node:fs'
import { systemCode } from '../errors/kitty-error.js'

/** Access mode in the flags of `/proc/PID/fdinfo` (proc(5)): O_RDONLY is 0. */
const ACCESS_MODE = 3

/**
 * Tells when no one reads a pipe or socket any more, without writing to it: a stream of events may be quiet for hours.
 * Node has no poll(2). Elsewhere than on Linux, and for sockets, writing no bytes answers EPIPE. Linux accepts that on
 * a pipe, so there we look for the process at the other end. One that we cannot see, as of another user or container,
 * is taken to be there, unless we can look into every process and the pipe was made among them.
 */
export class PipeReader {
  #readers: readonly string[] = []

  constructor(
    private readonly fd: number,
    private readonly platform: NodeJS.Platform = process.platform,
  ) {
    if (this.#isLinuxPipe()) this.#readers = this.#find()
  }

  isGone(): boolean {
    if (!this.#isLinuxPipe()) return this.#refusesNothing()
    if (this.#readers.some((pid) => this.#reads(pid))) return false
    const before = this.#readers.length
    this.#readers = this.#find()
    return this.#readers.length === 0 && (before > 0 || this.#seesAll())
  }

  /**
   * Whether no one who may read is hidden from us: we can look into every process, the first one included, and no
   * process above us has this pipe, as one that a container's or a session's keeper handed in has it.
   */
  #seesAll(): boolean {
    const pids = list('/proc').filter((name) => /^\d+$/.test(name))
    if (!pids.includes('1') || pids.some(isClosedToUs)) return false
    for (let pid = String(process.ppid); pid !== '1'; pid = parentOf(pid) ?? '0') {
      if (pid === '0' || this.#has(pid)) return false
    }
    return process.pid !== 1 && !this.#has('1')
  }

  #isLinuxPipe(): boolean {
    return this.platform === 'linux' && fstatSync(this.fd).isFIFO()
  }

  #refusesNothing(): boolean {
    try {
      writeSync(this.fd, Buffer.alloc(0))
      return false
    } catch (error) {
      const code = systemCode(error)
      if (code === undefined) throw error
      return code === 'EPIPE' || code === 'EOF'
    }
  }

  #find(): string[] {
    return list('/proc').filter((name) => /^\d+$/.test(name) && this.#reads(name))
  }

  #reads(pid: string): boolean {
    if (pid === String(process.pid)) return false
    return this.#ends(pid).some((fd) => isForReading(`/proc/${pid}/fdinfo/${fd}`))
  }

  #has(pid: string): boolean {
    return this.#ends(pid).length > 0
  }

  /** The descriptors by which a process has this pipe. */
  #ends(pid: string): string[] {
    const pipe = link(`/proc/self/fd/${this.fd}`)
    return list(`/proc/${pid}/fd`).filter((fd) => link(`/proc/${pid}/fd/${fd}`) === pipe)
  }
}

/** A process that has ended is not closed to us: it reads nothing. */
function isClosedToUs(pid: string): boolean {
  try {
    readdirSync(`/proc/${pid}/fd`)
    return false
  } catch (error) {
    const code = systemCode(error)
    if (code === undefined) throw error
    return code !== 'ENOENT' && code !== 'ESRCH'
  }
}

/** See proc_pid_stat(5): the name in parentheses may contain anything. */
function parentOf(pid: string): string | undefined {
  const stat = whatIsThere(() => readFileSync(`/proc/${pid}/stat`, 'utf8'))
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[1]
}

function isForReading(fdinfo: string): boolean {
  const flags = /^flags:\s*([0-7]+)$/m.exec(whatIsThere(() => readFileSync(fdinfo, 'utf8')) ?? '')?.[1]
  return flags !== undefined && (Number.parseInt(flags, 8) & ACCESS_MODE) === 0
}

function list(folder: string): string[] {
  return whatIsThere(() => readdirSync(folder)) ?? []
}

function link(path: string): string | undefined {
  return whatIsThere(() => readlinkSync(path))
}

/** Processes come and go while we look, and many are not ours to look into. */
function whatIsThere<T>(look: () => T): T | undefined {
  try {
    return look()
  } catch (error) {
    if (systemCode(error) === undefined) throw error
    return undefined
  }
}
