import { closeSync, fsyncSync, lstatSync, openSync, readdirSync, rmSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'

const SIDE_FILES = ['', '-wal', '-shm', '-journal']
const SIGNALS = ['SIGHUP', 'SIGINT', 'SIGTERM'] as const
/** A rebuild writes all the time. */
const LEFT_AFTER_MS = 10 * 60 * 1000

/** Removes a database with what SQLite keeps beside it, or whatever else stands in its place. */
export function removeDatabase(path: string): void {
  for (const side of SIDE_FILES) rmSync(`${path}${side}`, { force: true, recursive: true })
}

/**
 * Runs work that makes a file which counts only when it is whole: the file is gone afterwards wherever the work has
 * left it, also when a signal ends the process. Those that a crash has left are cleared away first.
 * @param path Of the file that is to be replaced. @param work Given the name of the file to make.
 */
export async function withUnfinishedFile<T>(path: string, work: (fresh: string) => Promise<T>): Promise<T> {
  removeLeft(path)
  const fresh = `${path}.${process.pid}.new`
  const listeners = SIGNALS.map((signal) => [signal, (): void => endBy(signal, fresh)] as const)
  for (const [signal, listener] of listeners) process.prependOnceListener(signal, listener)
  try {
    removeDatabase(fresh)
    return await work(fresh)
  } finally {
    for (const [signal, listener] of listeners) process.off(signal, listener)
    removeDatabase(fresh)
  }
}

/** On disk before it gets its name: a power cut must not leave a whole index's name to a part of one. */
export function syncFile(path: string): void {
  const fd = openSync(path, 'r+')
  try {
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
}

/** As if nobody had listened. Where somebody else does, the command ends in order, and the work with it. */
function endBy(signal: NodeJS.Signals, fresh: string): void {
  if (process.listenerCount(signal) > 0) return
  removeDatabase(fresh)
  process.kill(process.pid, signal)
}

function removeLeft(path: string): void {
  const folder = dirname(path)
  const left = new RegExp(`^${basename(path).replaceAll('.', '\\.')}\\.\\d+\\.new(?:-[a-z]+)?$`)
  for (const name of namesIn(folder)) {
    if (!left.test(name)) continue
    const stats = lstatSync(join(folder, name), { throwIfNoEntry: false })
    if (stats !== undefined && Date.now() - stats.mtimeMs > LEFT_AFTER_MS)
      rmSync(join(folder, name), { force: true, recursive: true })
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    // What keeps it from being read keeps the new file from being made, which is reported.
    return []
  }
}
