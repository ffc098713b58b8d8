import { appendFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { HookCursor } from '../../../src/core/plugin/host/hook-cursor.js'
import { FOREIGN_IDS, ulid } from '../../support/events.js'
import { tempFolder } from '../../support/temp-folder.js'

describe('what a hook has received', () => {
  it('is known to the next process, whatever the IDs of the events', () => {
    const folder = tempFolder()
    const ids = [ulid(1), ...FOREIGN_IDS]
    new HookCursor(folder).deliver(ids)
    const next = new HookCursor(folder)
    expect(ids.filter((id) => !next.isDelivered(id))).toEqual([])
    expect(next.isDelivered('evt-000002')).toBe(false)
  })

  it('is known from a file of an earlier kitty, and has no part of an ID that a crash cut short', () => {
    const folder = tempFolder()
    writeFileSync(join(folder, 'delivered'), `${ulid(1)}\n${ulid(2)}\n`)
    appendFileSync(join(folder, 'delivered'), ulid(3).slice(0, 9))
    const cursor = new HookCursor(folder)
    expect([ulid(1), ulid(2)].filter((id) => !cursor.isDelivered(id))).toEqual([])
    expect(cursor.isDelivered(ulid(3).slice(0, 9))).toBe(false)
  })
})
