import { mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inject } from 'vitest'
import { afterEveryFile, afterEveryTest } from './clean-up.js'

declare module 'vitest' {
  export interface ProvidedContext {
    /** Name of the folder that `keptFolder` makes its own in; `global-setup.ts` removes it. */
    readonly keptName: string
  }
}

const made: string[] = []
const shared: string[] = []

afterEveryTest(() => removeAll(made))
afterEveryFile(() => removeAll(shared))

function removeAll(paths: string[]): void {
  for (const path of paths.splice(0)) rmSync(path, { recursive: true, force: true, maxRetries: 3 })
}

/** An empty folder, removed after the test. */
export function tempFolder(): string {
  return folderIn(made)
}

/** An empty folder for all tests in a file, removed after the last one. */
export function sharedFolder(): string {
  return folderIn(shared)
}

/** An empty folder for what several files use, such as a repository to copy. Removed when all tests have ended. */
export function keptFolder(): string {
  const all = join(tmpdir(), inject('keptName'))
  mkdirSync(all, { recursive: true })
  return newFolder(all)
}

function folderIn(list: string[]): string {
  const path = newFolder(tmpdir())
  list.push(path)
  return path
}

function newFolder(parent: string): string {
  return realpathSync(mkdtempSync(join(parent, 'kitty-test-')))
}
