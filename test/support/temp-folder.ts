import { mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach } from 'vitest'

const made: string[] = []
const shared: string[] = []

afterEach(() => removeAll(made))
afterAll(() => removeAll(shared))

function removeAll(paths: string[]): void {
  for (const path of paths.splice(0)) rmSync(path, { recursive: true, force: true })
}

/** An empty folder, removed after the test. */
export function tempFolder(): string {
  return folderIn(made)
}

/** An empty folder for all tests in a file, created in `beforeAll` and removed after the last one. */
export function sharedFolder(): string {
  return folderIn(shared)
}

function folderIn(list: string[]): string {
  const path = realpathSync(mkdtempSync(join(tmpdir(), 'kitty-test-')))
  list.push(path)
  return path
}
