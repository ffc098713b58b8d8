import { closeSync, fsyncSync, lstatSync, openSync, readdirSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { shareNewFile } from '../../git/new-file-mode.js'
import { systemCode } from '../../errors/kitty-error.js'
import { AT_ONCE, removeTree } from '../../platform/remove-path.js'
import { ownName } from '../../platform/own-name.js'
import { onceFree } from '../../platform/once-free.js'

const SIDE_FILES = ['', '-wal', '-shm', '-journal']
const SIGNALS = ['SIGHUP', 'SIGINT', 'SIGQUIT', 'SIGTERM'] as const
/** A running rebuild writes continuously, so a file untouched for this long was left by a crash. */
const LEFT_AFTER_MS = 10 * 60 * 1000

/** Removes a database and SQLite's side files, or whatever else is at that path. */
export function removeDatabase(path: string): void {
  for (const side of SIDE_FILES) removeTree(`${path}${side}`)
}

/**
 * Runs work that builds a file that must be complete before it counts. Afterwards the file is always removed from the
 * path it was built at, even when a signal ends the process. First removes such files left by a crash.
 * @param path the file to be replaced
 * @param work receives the path of the file to build
 */
export async function withUnfinishedFile<T>(path: string, work: (fresh: string) => Promise<T>): Promise<T> {
  removeLeft(path)
  const fresh = `${path}.${ownName()}.new`
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

/**
 * Creates the file that SQLite then fills: the system's own error says why it cannot be created, while SQLite's does
 * not.
 */
export function createFile(path: string): void {
  const fd = openSync(path, 'wx', 0o644)
  try {
    // SQLite gives its side files the same mode.
    shareNewFile(fd, path)
  } finally {
    closeSync(fd)
  }
}

/** Syncs the file before the rename: after a power cut, a partial index must not have the final name. */
export function syncFile(path: string): void {
  // A scanner opens a new file as soon as SQLite has closed it.
  const fd = onceFree(() => openSync(path, 'r+'))
  try {
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
}

/** Ends the process as if we had no listener, unless there is another one: that one ends the command, and our work. */
function endBy(signal: NodeJS.Signals, fresh: string): void {
  if (process.listenerCount(signal) > 0) return
  removeDatabase(fresh)
  process.kill(process.pid, signal)
}

function removeLeft(path: string): void {
  const folder = dirname(path)
  const left = new RegExp(`^${basename(path).replaceAll('.', '\\.')}\\.[\\d-]+\\.new(?:-[a-z]+)?$`)
  for (const name of namesIn(folder)) {
    if (!left.test(name)) continue
    const stats = lstatSync(join(folder, name), { throwIfNoEntry: false })
    if (stats !== undefined && Date.now() - stats.mtimeMs > LEFT_AFTER_MS) tryToRemove(join(folder, name))
  }
}

/** What another program has open is removed by a later rebuild. */
function tryToRemove(path: string): void {
  try {
    removeTree(path, AT_ONCE)
  } catch (error) {
    if (systemCode(error) === undefined) throw error
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    // Building the new file fails for the same reason and reports it.
    return []
  }
}
