import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { ATTRIBUTES } from '../../../src/core/services/initialize.js'
import { noteLine } from '../../support/events.js'
import { Clone, idIn, noteDraft } from './clone.js'
import { keptFolder, tempFolder } from '../../support/temp-folder.js'

/** Events of the prepared log, some five megabytes. */
export const EVENTS = 20_000
const COMMITS = 10
/** Other branches, each with an event of its own. */
const BRANCHES = 200

export interface LargeLog {
  readonly clone: Clone
  /** What the clone has acknowledged, sorted. */
  readonly ids: readonly string[]
}

let prepared: Promise<string> | undefined

/** A copy of the prepared repository: branch `work` with every event in ten commits, `main` with none of them. */
export async function largeLog(): Promise<LargeLog> {
  const template = await (prepared ??= prepare())
  const root = join(tempFolder(), 'repository')
  cpSync(template, root, { recursive: true })
  const ids = readFileSync(join(dirname(template), 'ids'), 'utf8')
    .split('\n')
    .filter(Boolean)
  return { clone: new Clone(root), ids }
}

async function prepare(): Promise<string> {
  const folder = keptFolder()
  const clone = Clone.create(join(folder, 'repository'), ATTRIBUTES.join('\n'))
  clone.git('config', 'gc.auto', '0')
  addBranches(clone)
  clone.git('switch', '--quiet', '--create', 'work')
  await clone.startProcess()
  for (let commit = 0; commit < COMMITS; commit += 1) {
    await clone.emitAll(Array.from({ length: EVENTS / COMMITS }, () => noteDraft()))
    await clone.settle()
    clone.commit(`part ${commit}`)
  }
  await clone.endProcess()
  writeFileSync(join(folder, 'ids'), clone.rawLines().map(idIn).sort().join('\n'))
  return clone.root
}

function addBranches(clone: Clone): void {
  const base = clone.head()
  const commits = Array.from({ length: BRANCHES }, (_, at) => {
    const line = noteLine(at + 1)
    return [
      `commit refs/heads/other-${at}`,
      'committer Ada <ada@example.org> 1700000000 +0000',
      'data 5',
      'other',
      `from ${base}`,
      'M 100644 inline .kittify/events/2026-11-22.jsonl',
      `data ${Buffer.byteLength(line)}`,
      line,
    ].join('\n')
  })
  execFileSync('git', ['fast-import', '--quiet'], { cwd: clone.root, input: `${commits.join('\n')}\n` })
}

export function deleteIndex(clone: Clone): void {
  for (const side of ['', '-wal', '-shm']) {
    const path = join(clone.events, `index.db${side}`)
    if (existsSync(path)) rmSync(path)
  }
}
