import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { homedir } from 'node:os'
import { isAbsolute, join } from 'node:path'

const PREFIX = 'kitty-bench-'
const children = new Set()

/**
 * The only folder that a run works in. It is removed when the run ends, even by an interruption; the next run removes
 * that of a killed one.
 */
export function workFolder(under) {
  mkdirSync(under, { recursive: true })
  removeLeftovers(under)
  const folder = mkdtempSync(join(under, `${PREFIX}${process.pid}-`))
  process.on('exit', () => {
    for (const child of children) child.kill('SIGKILL')
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 })
  })
  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ])
    process.on(signal, () => process.exit(code))
  return folder
}

/** Registers a child process that must not outlive the run. */
export function tied(child) {
  children.add(child)
  child.on('close', () => children.delete(child))
  return child
}

/** Where the other tools are installed: the user's cache, never the project. */
export function cacheFolder() {
  const { KITTY_BENCH_CACHE: own, XDG_CACHE_HOME: xdg } = process.env
  const base = xdg && isAbsolute(xdg) ? xdg : join(homedir(), '.cache')
  const folder = own && isAbsolute(own) ? own : join(base, 'kitty-bench')
  mkdirSync(folder, { recursive: true })
  return folder
}

function removeLeftovers(under) {
  for (const name of readdirSync(under)) {
    const pid = Number(name.startsWith(PREFIX) ? name.slice(PREFIX.length).split('-')[0] : Number.NaN)
    if (Number.isInteger(pid) && !isRunning(pid)) rmSync(join(under, name), { recursive: true, force: true })
  }
}

function isRunning(pid) {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error.code === 'EPERM'
  }
}
