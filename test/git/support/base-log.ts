import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { addLines } from '../../../src/core/log/archive/archive-files.js'
import { noteLine, ulid } from '../../support/events.js'
import { keptFolder } from '../../support/temp-folder.js'

/** Events that a large repository begins with: five megabytes, all in the file of the tests' day. */
export const BASE_EVENTS = 20_000
const DAY = '2026-11-22'
const IDS: ReadonlySet<string> = new Set(Array.from({ length: BASE_EVENTS }, (_, at) => ulid(at + 1)))

let template: string | undefined

/** True for one of the events that a large repository begins with. */
export function isBase(id: string): boolean {
  return IDS.has(id)
}

/** Makes a repository whose one commit has the large log. The clone has acknowledged all of it. */
export function copyLargeRepository(root: string): void {
  cpSync((template ??= prepare()), root, { recursive: true })
}

function prepare(): string {
  const folder = keptFolder()
  const git = (...args: string[]): void => void execFileSync('git', args, { cwd: folder })
  git('init', '--quiet', '--template=', '--initial-branch=main')
  const lines = Array.from({ length: BASE_EVENTS }, (_, at) => {
    const timestamp = new Date(Date.parse(`${DAY}T00:00:00.000Z`) + at).toISOString()
    const parents = at === 0 ? [] : [ulid(at)]
    const line = noteLine(at + 1, { entity_id: 'WP99', timestamp, parents })
    return { event_id: ulid(at + 1), timestamp, bytes: Buffer.from(line) }
  })
  mkdirSync(join(folder, '.kittify', 'events'), { recursive: true })
  writeFileSync(
    join(folder, '.kittify', 'events', `${DAY}.jsonl`),
    Buffer.concat(lines.map(({ bytes }) => bytes)),
  )
  const archive = join(folder, '.git', 'kitty', 'events')
  mkdirSync(archive, { recursive: true, mode: 0o700 })
  addLines(archive, lines, DAY)
  git('add', '--all')
  const who = ['-c', 'user.name=Ada', '-c', 'user.email=ada@example.org', '-c', 'gc.auto=0']
  git(...who, 'commit', '--quiet', '--message', 'a large log')
  return folder
}
