import { appendFileSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ATTRIBUTES } from '../../src/core/services/initialize.js'
import { Clone, idIn } from './support/clone.js'
import { tempFolder } from '../support/temp-folder.js'

describe('a torn tail while git holds its index', () => {
  it('is ended, and moved out of the log once git is done', async () => {
    const clone = Clone.create(tempFolder(), ATTRIBUTES.join('\n'))
    const ids = await clone.emit(2)
    appendFileSync(clone.day, '{"event_id":"01')
    const lock = join(clone.root, '.git', 'index.lock')
    writeFileSync(lock, '')
    ids.push(...(await clone.emit(1)))
    expect(readFileSync(clone.day, 'utf8')).toContain('{"event_id":"01\n')
    expect(await clone.ids()).toEqual(ids)
    rmSync(lock)
    ids.push(...(await clone.emit(1)))
    expect(clone.rawLines().map(idIn)).toEqual(ids)
    expect(readdirSync(join(clone.root, '.kittify', 'errors'))).toContainEqual(
      expect.stringMatching(/^damaged-2026-11-22\.jsonl-/),
    )
  })
})
