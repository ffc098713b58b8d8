import { randomUUID } from 'node:crypto'
import { rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { MEMORY } from './memory-folder.js'

export default function setup(project: TestProject): () => void {
  const name = `kitty-kept-${randomUUID()}`
  project.provide('keptName', name)
  return () => {
    for (const parent of [tmpdir(), MEMORY]) rmSync(join(parent, name), { recursive: true, force: true })
  }
}
