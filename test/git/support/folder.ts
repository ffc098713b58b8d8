import { accessSync, constants, mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach } from 'vitest'

const made: string[] = []

afterEach(() => {
  for (const path of made.splice(0)) rmSync(path, { recursive: true, force: true, maxRetries: 3 })
})

/** A folder that is gone after the test, in memory where that can be had: these tests sync thousands of small files. */
export function quickFolder(): string {
  const path = realpathSync(mkdtempSync(join(memoryFolder(), 'kitty-git-')))
  made.push(path)
  return path
}

/** Where files are in memory, if that can be had. */
export function memoryFolder(): string {
  try {
    accessSync('/dev/shm', constants.W_OK)
    return '/dev/shm'
  } catch {
    return tmpdir()
  }
}
