import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { closeLog } from '../../../src/core/log/archive/close-log.js'
import { closedIds } from '../../../src/core/log/archive/closed-logs.js'
import type { Workspace } from '../../../src/core/workspace/workspace.js'
import { findWorkspace } from '../../../src/core/workspace/find-workspace.js'
import { FOREIGN_IDS, noteLine, ulid } from '../../support/events.js'
import { errorOf } from '../../support/kitty-error.js'
import { POSIX } from '../../support/posix.js'
import { TempRepository } from '../../support/temp-repository.js'

const AT = '2026-11-22T09:30:00.000Z'
const DAY = '2026-11-22.jsonl'

/** A repository with a log, and with its journal, archive and clock if asked for. */
function workspaceWith({ isWhole }: { isWhole: boolean }): Workspace {
  const workspace = findWorkspace(new TempRepository().root, {})
  const put = (path: string, text: string): void => {
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, text)
  }
  put(join(workspace.eventsDir, DAY), noteLine(1))
  put(join(workspace.eventsDir, 'index.db'), 'the index')
  if (!isWhole) return workspace
  put(workspace.journalFile, noteLine(2))
  put(join(workspace.archiveDir, DAY), noteLine(3))
  put(workspace.clockFile, '{"value":7}')
  return workspace
}

describe('closing a log', () => {
  it('moves log, journal and archive out of the way, with the reason and the IDs', () => {
    const workspace = workspaceWith({ isWhole: true })
    const folder = closeLog(workspace, new Set([ulid(1), ulid(2)]), 'a new start', AT)
    expect(folder).toBe(join(workspace.privateDir, 'before-2026-11-22T093000.000Z'))
    const read = (...parts: string[]): string => readFileSync(join(folder, ...parts), 'utf8')
    expect(read('log', DAY)).toBe(noteLine(1))
    expect(read('journal.jsonl')).toBe(noteLine(2))
    expect(read('events', DAY)).toBe(noteLine(3))
    expect(JSON.parse(read('reason.json'))).toEqual({ reason: 'a new start', at: AT })
    expect(read('ids')).toBe(`${ulid(1)}\n${ulid(2)}\n`)
    expect(readdirSync(workspace.eventsDir)).toEqual(['index.db'])
    expect([workspace.journalFile, workspace.archiveDir, workspace.clockFile].filter(existsSync)).toEqual([])
    if (POSIX) expect(statSync(folder).mode & 0o077).toBe(0)
  })

  it('needs neither journal nor archive nor clock', () => {
    const workspace = workspaceWith({ isWhole: false })
    const folder = closeLog(workspace, new Set(), 'why', AT)
    expect(readdirSync(folder).sort()).toEqual(['ids', 'log', 'reason.json'])
  })

  it('says where the log could not go', () => {
    const workspace = workspaceWith({ isWhole: false })
    mkdirSync(dirname(workspace.privateDir), { recursive: true })
    writeFileSync(workspace.privateDir, '')
    const error = errorOf(() => closeLog(workspace, new Set(), 'why', AT))
    const folder = join(workspace.privateDir, 'before-2026-11-22T093000.000Z')
    expect(error.message).toContain(`${folder} was not stored`)
    expect(readdirSync(workspace.eventsDir)).toContain(DAY)
  })
})

describe('the events of closed logs', () => {
  it('are those of every one of them, and none where none was closed', () => {
    const workspace = workspaceWith({ isWhole: false })
    expect(closedIds(workspace.privateDir)).toEqual(new Set())
    closeLog(workspace, new Set([ulid(1)]), 'why', AT)
    closeLog(workspace, new Set([ulid(2), ulid(3)]), 'why', AT.replace('09', '10'))
    const ids = closedIds(workspace.privateDir)
    for (const seed of [1, 2, 3]) expect(ids.has(ulid(seed))).toBe(true)
    expect(ids.has(ulid(4))).toBe(false)
  })

  it('may be of other programs, whatever their IDs', () => {
    const workspace = workspaceWith({ isWhole: false })
    closeLog(workspace, new Set(FOREIGN_IDS), 'why', AT)
    const ids = closedIds(workspace.privateDir)
    expect(FOREIGN_IDS.filter((id) => !ids.has(id))).toEqual([])
  })

  it('are not those of a log that a crash kept from being closed, nor of other folders', () => {
    const { privateDir } = workspaceWith({ isWhole: false })
    mkdirSync(join(privateDir, 'before-half'), { recursive: true })
    mkdirSync(join(privateDir, 'after'))
    writeFileSync(join(privateDir, 'after', 'ids'), `${ulid(1)}\n`)
    expect(closedIds(privateDir).size).toBe(0)
  })

  it('cannot be told where they cannot be read', () => {
    const { privateDir } = workspaceWith({ isWhole: false })
    mkdirSync(join(privateDir, 'before-x', 'ids'), { recursive: true })
    expect(errorOf(() => closedIds(privateDir)).message).toContain(join(privateDir, 'before-x', 'ids'))
    const file = join(privateDir, 'file')
    writeFileSync(file, '')
    expect(errorOf(() => closedIds(file)).message).toContain(file)
  })
})
