import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  closeSync,
  constants,
  mkdtempSync,
  openSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import { afterAll } from 'vitest'

const MERGE_LOG = fileURLToPath(new URL('../../../dist/core/services/merge/merge-log.js', import.meta.url))

/** Serves merges one by one: three lines of paths and a folder come in, an exit code goes out. */
const SERVICE = `
  const { readSync, writeSync, openSync, constants } = require('node:fs')
  const { resolve } = require('node:path')
  const { workerData } = require('node:worker_threads')
  import(workerData.module).then(({ mergeLog }) => {
    const requests = openSync(workerData.requests, constants.O_RDWR)
    const replies = openSync(workerData.replies, constants.O_RDWR)
    const buffer = Buffer.alloc(4096)
    for (;;) {
      const [folder, base, ours, theirs] = buffer.toString('utf8', 0, readSync(requests, buffer)).split('\\n')
      if (folder === 'end') return
      let code = 0
      try {
        const path = (name) => resolve(folder, name)
        mergeLog({ base: path(base), ours: path(ours), theirs: path(theirs), path: undefined })
      } catch {
        code = 3
      }
      writeSync(replies, code + '\\n')
    }
  })
`

/** A request is one write below PIPE_BUF, so that it comes in whole (pipe(7)). */
const CLIENT = `#!/bin/sh
folder=$(dirname "$0")
printf '%s\\n%s\\n%s\\n%s\\n' "$PWD" "$4" "$5" "$6" > "$folder/requests"
read -r code < "$folder/replies"
exit "$code"
`

/**
 * A PATH on which git finds a `kitty` that has the built program's merge driver run by one thread of this process:
 * hundreds of histories with thousands of merges would else spend their time starting programs.
 */
export function pathWithDriverService(): string {
  const folder = mkdtempSync(join(tmpdir(), 'kitty-driver-'))
  const [requests, replies, kitty] = ['requests', 'replies', 'kitty'].map((name) => join(folder, name))
  if (requests === undefined || replies === undefined || kitty === undefined)
    throw new Error('three names make three paths')
  execFileSync('mkfifo', [requests, replies])
  writeFileSync(kitty, CLIENT)
  chmodSync(kitty, 0o755)
  // Held open here, so that neither end ever finds the other one missing.
  const held = openSync(requests, constants.O_RDWR)
  const worker = new Worker(SERVICE, { eval: true, workerData: { module: MERGE_LOG, requests, replies } })
  afterAll(async () => {
    writeSync(held, 'end\n')
    await new Promise((resolve) => worker.once('exit', resolve))
    closeSync(held)
    rmSync(folder, { recursive: true, force: true })
  })
  return `${folder}${delimiter}${process.env['PATH'] ?? ''}`
}
