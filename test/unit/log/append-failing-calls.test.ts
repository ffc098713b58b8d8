import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { JsonlEventLog } from '../../../src/core/log/jsonl-event-log.js'
import { FileJournal } from '../../../src/core/log/repair/file-journal.js'
import { note, noteLine } from '../../support/events.js'
import { nodeScript, runNode } from '../../support/node-script.js'
import { tempFolder } from '../../support/temp-folder.js'

function logIn(root: string) {
  const eventsDir = join(root, 'events')
  const journal = new FileJournal(join(root, 'private', 'journal.jsonl'))
  const log = new JsonlEventLog({ eventsDir, errorsDir: join(root, 'errors') }, journal)
  return { log, journal, day: join(eventsDir, '2026-11-22.jsonl') }
}

const APPEND = `
  import { join } from 'node:path'
  import { FileJournal } from './src/core/log/repair/file-journal.js'
  import { JsonlEventLog } from './src/core/log/jsonl-event-log.js'
  import { note } from './test/support/events.js'
  const [root, seed] = process.argv.slice(2)
  const folders = { eventsDir: join(root, 'events'), errorsDir: join(root, 'errors') }
  const log = new JsonlEventLog(folders, new FileJournal(join(root, 'private', 'journal.jsonl')))
  try {
    log.append([note(Number(seed)), note(Number(seed) + 1)])
    console.log('stored')
  } catch (error) {
    console.log(JSON.stringify({ kind: error.kind, message: error.message, cause: error.cause?.code }))
  }
`

const strace = (() => {
  try {
    return execFileSync('which', ['strace'], { encoding: 'utf8' }).trim()
  } catch {
    return undefined
  }
})()

describe.skipIf(strace === undefined)('append under failing system calls', () => {
  const run = (script: string, root: string, inject: string, path: string): string =>
    execFileSync(
      'strace',
      [
        '-f',
        '-qq',
        '-o',
        join(root, 'trace'),
        '-P',
        path,
        '-e',
        `inject=${inject}`,
        process.execPath,
        script,
        root,
        '10',
      ],
      { encoding: 'utf8' },
    )

  it.each([
    ['write,pwrite64:error=ENOSPC:when=1', 'DiskFull', 'disk full'],
    ['write,pwrite64:error=EDQUOT:when=1', 'DiskFull', 'quota'],
    ['write,pwrite64:error=EFBIG:when=1', 'NotWritable', 'file size limit'],
    ['write,pwrite64:error=EIO:when=1', 'DamagedData', 'I/O error'],
    ['openat:error=EROFS:when=1', 'NotWritable', 'read-only'],
    ['openat:error=EMFILE:when=1', 'NotWritable', 'too many open files'],
    ['fsync,fdatasync:error=EIO', 'DamagedData', 'may not be on disk; run again'],
  ])('leaves log and journal as they were: %s', async (inject, kind, message) => {
    const root = tempFolder()
    const { log, day, journal } = logIn(root)
    log.append([note(1)])
    const error = JSON.parse(run(await nodeScript(APPEND), root, inject, day)) as {
      kind: string
      message: string
    }
    expect(error.kind).toBe(kind)
    expect(error.message).toContain(message)
    if (inject.startsWith('fsync')) {
      expect(error.message).toContain(note(10).event_id)
      expect(readFileSync(join(root, 'trace'), 'utf8').match(/f(data)?sync\(/g)).toHaveLength(1)
    }
    expect(readFileSync(day, 'utf8')).toBe(noteLine(1))
    expect(journal.read().lines).toHaveLength(1)
  })

  it('is whole in the journal or nowhere when killed at any call', async () => {
    const script = await nodeScript(APPEND)
    for (const [call, path] of [
      ['write,pwrite64', 'journal'],
      ['openat', 'day'],
      ['write,pwrite64', 'day'],
      ['fsync,fdatasync', 'day'],
    ] as const) {
      const root = tempFolder()
      const { log, day, journal } = logIn(root)
      log.append([note(1)])
      const target = path === 'day' ? day : join(root, 'private', 'journal.jsonl')
      expect(() => run(script, root, `${call}:signal=SIGKILL:when=1`, target)).toThrow()
      log.prepare()
      const present = readFileSync(day, 'utf8')
      const missing = journal.read().lines.filter((line) => !present.includes(line.event_id))
      log.putBack(missing)
      expect([noteLine(1), noteLine(1) + noteLine(10) + noteLine(11)]).toContain(readFileSync(day, 'utf8'))
      await runNode(script, [root, '20']).finished
      expect(readFileSync(day, 'utf8').endsWith(noteLine(20) + noteLine(21))).toBe(true)
    }
  })
})
