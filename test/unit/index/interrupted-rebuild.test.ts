import { spawn } from 'node:child_process'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { encodeEvent } from '../../../src/core/events-lib.js'
import { note } from '../../support/events.js'
import { PROGRAM } from '../../support/program.js'
import { TempRepository } from '../../support/temp-repository.js'

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
  const hasBegun = (): boolean =>
    readdirSync(events).some((name) => name.startsWith(`index.db.${child.pid}-`) && name.endsWith('.new'))
  while (!hasBegun() && child.exitCode === null) await new Promise((go) => setTimeout(go, 2))
  child.kill('SIGINT')
  expect(await ended).toBe('SIGINT')
  expect(readdirSync(events).sort()).toEqual(['2026-11-22.jsonl', 'index.db'])
  expect(readFileSync(join(events, 'index.db'), 'utf8')).toBe('the old one')
})
