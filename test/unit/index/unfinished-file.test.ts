import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { withUnfinishedFile } from '../../../src/core/index/unfinished-file.js'
import { note } from '../../support/events.js'
import { PROGRAM } from '../../support/program.js'
import { tempFolder } from '../../support/temp-folder.js'
import { TempRepository } from '../../support/temp-repository.js'
import { encodeEvent } from '../../../src/core/events-lib.js'

it('removes what a crash left behind, and nothing that another process may still be writing', async () => {
  const folder = tempFolder()
  const path = join(folder, 'index.db')
  for (const name of ['index.db.1.new', 'index.db.1.new-journal', 'index.db.2.new', 'index.db.old']) {
    writeFileSync(join(folder, name), 'x')
    if (!name.includes('.2.')) utimesSync(join(folder, name), new Date(0), new Date(0))
  }
  await withUnfinishedFile(path, async (fresh) => writeFileSync(fresh, 'x'))
  expect(readdirSync(folder).sort()).toEqual(['index.db.2.new', 'index.db.old'])
})

it('leaves nothing when the work fails', async () => {
  const folder = tempFolder()
  const failing = withUnfinishedFile(join(folder, 'index.db'), async (fresh) => {
    mkdirSync(fresh)
    throw new Error('the disk is full')
  })
  await expect(failing).rejects.toThrow('the disk is full')
  expect(readdirSync(folder)).toEqual([])
})

it('a rebuild that is interrupted leaves the old index in use, and no other file', async () => {
  const repository = new TempRepository()
  repository.initKitty()
  const lines = Array.from({ length: 60_000 }, (_, n) => encodeEvent(note(n + 1)))
  repository.write('.kittify/events/2026-11-22.jsonl', lines.join(''))
  const events = join(repository.root, '.kittify', 'events')
  writeFileSync(join(events, 'index.db'), 'the old one')
  const child = spawn(process.execPath, [PROGRAM, 'agent', 'events', 'rebuild-index'], {
    cwd: repository.root,
    stdio: 'ignore',
  })
  const ended = new Promise((resolve) => child.on('exit', (_, signal) => resolve(signal)))
  const fresh = join(events, `index.db.${child.pid}.new`)
  while (!existsSync(fresh) && child.exitCode === null) await new Promise((go) => setTimeout(go, 2))
  child.kill('SIGINT')
  expect(await ended).toBe('SIGINT')
  expect(readdirSync(events).sort()).toEqual(['2026-11-22.jsonl', 'index.db'])
  expect(readFileSync(join(events, 'index.db'), 'utf8')).toBe('the old one')
})
