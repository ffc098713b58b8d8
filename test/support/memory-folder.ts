import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Where Linux has files in memory. */
export const MEMORY = '/dev/shm'
/** In bytes: the largest suites take a part of it. A container has 64 MB there, unless it asks for more. */
const ENOUGH = 4 * 1024 ** 3

/**
 * Where tests that sync thousands of small files have them in memory; undefined where that cannot be had, or where
 * TMPDIR says where they go.
 */
export function memoryFolder(): string | undefined {
  if (process.env['TMPDIR'] !== undefined) return undefined
  let folder: string | undefined
  try {
    const { bavail, bsize } = statfsSync(MEMORY)
    if (bavail * bsize < ENOUGH) return undefined
    folder = mkdtempSync(join(MEMORY, 'kitty-'))
    // Some systems start no program from there, and tests write programs.
    const program = join(folder, 'program')
    writeFileSync(program, '#!/bin/sh\n', { mode: 0o755 })
    return spawnSync(program).status === 0 ? MEMORY : undefined
  } catch {
    return undefined
  } finally {
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true })
  }
}
