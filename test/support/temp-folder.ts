import { mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEveryFile, afterEveryTest } from './clean-up.js'

const made: string[] = []
const shared: string[] = []

afterEveryTest(() => removeAll(made))
afterEveryFile(() => removeAll(shared))

function removeAll(paths: string[]): void {
  for (const path of paths.splice(0)) rmSync(path, { recursive: true, force: true, maxRetries: 3 })
}

/** An empty folder, removed after the test. */
export function tempFolder(): string {
  return folderIn(made, tmpdir())
}

/** An empty folder for all tests in a file, removed after the last one. */
export function sharedFolder(parent = tmpdir()): string {
  return folderIn(shared, parent)
}

function folderIn(list: string[], parent: string): string {
  const path = realpathSync(mkdtempSync(join(parent, 'kitty-test-')))
  list.push(path)
  return path
}
