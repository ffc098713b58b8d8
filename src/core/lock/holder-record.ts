import { readlinkSync, readSync, writeSync } from 'node:fs'
import { systemCode } from '../errors/kitty-error.js'
import type { Holder } from './write-lock.js'

const RECORD_BYTES = 256

interface Record extends Holder {
  /** Host and, on Linux, PID namespace: where the process ID is valid. */
  readonly place: string
}

/** Writes a fixed length in one call, so that nothing of an earlier holder's record remains. */
export function writeHolder(fd: number, purpose: string): void {
  const record: Record = {
    pid: process.pid,
    purpose: purpose.slice(0, 60),
    since: new Date().toISOString(),
    place: thisPlace(),
  }
  const says = JSON.stringify(record)
  const padding = ' '.repeat(Math.max(0, RECORD_BYTES - 1 - Buffer.byteLength(says)))
  try {
    writeSync(fd, `${says}${padding}\n`, 0)
  } catch (error) {
    // The lock works on a full disk too; only the message about its holder has less detail.
    if (systemCode(error) === undefined) throw error
  }
}

/** What the latest holder wrote: no two holders write the same. Empty if it cannot be read. */
export function readRecord(fd: number): string {
  const bytes = Buffer.alloc(RECORD_BYTES)
  try {
    return bytes.toString('latin1', 0, readSync(fd, bytes, 0, RECORD_BYTES, 0))
  } catch (error) {
    if (systemCode(error) === undefined) throw error
    return ''
  }
}

/**
 * Who holds the lock, according to the holder's own record. A record counts only while its process is alive here: a
 * killed process leaves its record behind, and would be blamed although it no longer exists.
 * @returns `elsewhere` for a holder on another machine or in another container; undefined when there is no valid record
 */
export function readHolder(fd: number): Holder | 'elsewhere' | undefined {
  const bytes = Buffer.alloc(RECORD_BYTES)
  try {
    const value: unknown = JSON.parse(bytes.toString('utf8', 0, readSync(fd, bytes, 0, RECORD_BYTES, 0)))
    if (typeof value !== 'object' || value === null) return undefined
    if (!('pid' in value && 'purpose' in value && 'since' in value && 'place' in value)) return undefined
    const { pid, purpose, since, place } = value
    if (typeof pid !== 'number' || typeof purpose !== 'string' || typeof since !== 'string') return undefined
    if (place !== thisPlace() || !isAlive(pid)) return 'elsewhere'
    return { pid, purpose, since }
  } catch (error) {
    if (error instanceof SyntaxError || systemCode(error) !== undefined) return undefined
    throw error
  }
}

function thisPlace(): string {
  return `${hostName()} ${pidNamespace()}`.slice(0, 90)
}

function hostName(): string {
  return process.getBuiltinModule('node:os').hostname().slice(0, 60)
}

function pidNamespace(): string {
  try {
    return readlinkSync('/proc/self/ns/pid')
  } catch {
    return ''
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // EPERM: the process belongs to another user, and is alive.
    return systemCode(error) === 'EPERM'
  }
}
