import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll } from 'vitest'

const PROGRAM = fileURLToPath(new URL('../../../bin/run.js', import.meta.url))

/** A PATH on which git finds the built program as `kitty`, first of all. */
export function pathWithKitty(): string {
  const folder = mkdtempSync(join(tmpdir(), 'kitty-shim-'))
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true })
  })
  const shim = join(folder, 'kitty')
  writeFileSync(shim, `#!/bin/sh\nexec '${process.execPath}' '${PROGRAM}' "$@"\n`)
  chmodSync(shim, 0o755)
  return `${folder}${delimiter}${process.env['PATH'] ?? ''}`
}
