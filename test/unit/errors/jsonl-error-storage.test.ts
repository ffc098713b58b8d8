import { execFileSync } from 'node:child_process'
import {
  appendFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { JsonlErrorStorage } from '../../../src/core/errors/jsonl-error-storage.js'
import { NoticeList } from '../../../src/core/errors/notices.js'
import type { Workspace } from '../../../src/core/workspace/workspace.js'
import { ulid } from '../../support/events.js'
import { tempFolder } from '../../support/temp-folder.js'
import { POSIX } from '../../support/posix.js'

const DAY = '2026-11-22.jsonl'

function storage(folder = join(tempFolder(), 'errors')) {
  const notices = new NoticeList()
  let seed = 0
  const session = {
    cwd: '/',
    env: {},
    now: () => new Date(Date.parse('2026-11-22T10:00:00.000Z') + (seed += 1000)),
    nextId: () => ulid(seed),
    progress: () => undefined,
    progressDone: () => undefined,
  }
  // Cast: of all paths only this one is asked for.
  const errors = new JsonlErrorStorage({ errorsDir: folder } as Workspace, session, notices)
  const record = (
    entity: string,
    reason = 'no',
    more: { error_type?: string; context?: object } = {},
  ): void => {
    const { error_type = 'StateTransitionError', context = {} } = more
    errors.record({
      error_type,
      entity_id: entity,
      attempted_operation: 'test',
      reason,
      context: { ...context },
    })
  }
  return { errors, notices, folder, record, session }
}

describe('error records', () => {
  it('are whole, one JSON line each, in the file of their UTC day', () => {
    const { record, folder } = storage()
    record('WP01', 'first', { context: { feature_slug: '001-demo' } })
    record('WP02', 'Zeile\nzwei ✓')
    const lines = readFileSync(join(folder, DAY), 'utf8').split('\n')
    expect(lines).toHaveLength(3)
    expect(JSON.parse(lines[0] ?? '')).toEqual({
      error_id: ulid(1000),
      error_type: 'StateTransitionError',
      entity_id: 'WP01',
      attempted_operation: 'test',
      reason: 'first',
      timestamp: '2026-11-22T10:00:01.000Z',
      context: { feature_slug: '001-demo' },
    })
  })

  it('come back newest first, by entity, feature, type, time and number', () => {
    const { errors, record } = storage()
    record('WP01', 'a', { context: { feature_slug: '001-demo' } })
    record('WP01', 'b', { error_type: 'GateFailure', context: { feature_slug: '002-other' } })
    record('WP02', 'c')
    const reasons = (...given: Parameters<typeof errors.list>): string[] =>
      errors.list(...given).map(({ reason }) => reason)
    expect(reasons()).toEqual(['c', 'b', 'a'])
    expect(reasons({ entity: 'WP01' })).toEqual(['b', 'a'])
    expect(reasons({ feature: '001-demo' })).toEqual(['a'])
    expect(reasons({ type: 'GateFailure' })).toEqual(['b'])
    expect(reasons({ since: '2026-11-22T10:00:02.000Z' })).toEqual(['c', 'b'])
    expect(reasons({ since: '2026-11-23' })).toEqual([])
    expect(reasons({ limit: 1 })).toEqual(['c'])
  })

  it('of several days are read from the newest file on, and a deleted one is nothing to speak of', () => {
    const { errors, record, folder, notices } = storage()
    record('WP01', 'today')
    const old = readFileSync(join(folder, DAY), 'utf8')
      .replace('2026-11-22T', '2026-11-20T')
      .replace('today', 'earlier')
    writeFileSync(join(folder, '2026-11-20.jsonl'), old)
    expect(errors.list().map(({ reason }) => reason)).toEqual(['today', 'earlier'])
    rmSync(join(folder, DAY))
    expect(errors.list().map(({ reason }) => reason)).toEqual(['earlier'])
    rmSync(folder, { recursive: true })
    expect(errors.list()).toEqual([])
    expect(notices.all).toEqual([])
  })

  it('are read next to lines that are none: noise, half a line, other JSON, a torn tail', () => {
    const { errors, record, folder } = storage()
    record('WP01', 'kept')
    appendFileSync(join(folder, DAY), 'noise\n\n{"error_id": 7}\n[]\nnull\n{"error_id": "half')
    record('WP01', 'after')
    expect(errors.list().map(({ reason }) => reason)).toEqual(['after', 'kept'])
  })

  it.each([
    ['an entity that is no text', { entity_id: 5 }],
    ['no entity, where one without an entity says null', { entity_id: undefined }],
    ['a list in place of its context', { context: [] }],
    ['a time that is no text', { timestamp: 0 }],
  ])('are read next to a line that has %s', (_, other) => {
    const { errors, record, folder } = storage()
    record('WP01', 'kept')
    const line = JSON.parse(readFileSync(join(folder, DAY), 'utf8')) as object
    appendFileSync(join(folder, DAY), `${JSON.stringify({ ...line, ...other })}\n`)
    expect(errors.list().map(({ reason }) => reason)).toEqual(['kept'])
  })

  it('that cannot be read are missed in the warning, which does not speak of saving', () => {
    const folder = join(tempFolder(), 'errors')
    writeFileSync(folder, 'mine')
    const { errors, notices } = storage(folder)
    expect(errors.list()).toEqual([])
    expect(notices.all).toEqual([
      expect.stringMatching(/^Could not read the error records, so some may be missing: /),
    ])
  })

  it('are not glued to the half line that a full disk left', () => {
    const { errors, record, folder } = storage()
    record('WP01', 'cut')
    truncateSync(join(folder, DAY), 20)
    record('WP01', 'whole')
    expect(errors.list().map(({ reason }) => reason)).toEqual(['whole'])
  })
})

describe('where error records cannot be kept', () => {
  function expectOneWarning({ errors, notices, record }: ReturnType<typeof storage>, reason: string): void {
    errors.list({ entity: 'WP01' })
    record('WP01')
    record('WP02')
    errors.list()
    expect(notices.all).toHaveLength(1)
    expect(notices.all[0]).toContain(reason)
  }

  it('a link in place of the folder is neither written nor read through; one warning', () => {
    const elsewhere = tempFolder()
    writeFileSync(
      join(elsewhere, DAY),
      `${JSON.stringify({ error_id: 'x', error_type: 'E', entity_id: null, attempted_operation: 'o', reason: 'planted', timestamp: 't', context: {} })}\n`,
    )
    const folder = join(tempFolder(), 'errors')
    symlinkSync(elsewhere, folder)
    const kept = storage(folder)
    expect(kept.errors.list()).toEqual([])
    expectOneWarning(kept, 'symbolic link')
    expect(readdirSync(elsewhere)).toEqual([DAY])
    expect(readFileSync(join(elsewhere, DAY), 'utf8').split('\n')).toHaveLength(2)
  })

  it('a link in place of the day’s file is not followed; one warning', () => {
    const kept = storage()
    const target = join(tempFolder(), 'target')
    writeFileSync(target, '')
    mkdirSync(kept.folder)
    symlinkSync(target, join(kept.folder, DAY))
    expectOneWarning(kept, 'ELOOP')
    expect(readFileSync(target, 'utf8')).toBe('')
  })

  it('a file in place of the folder is left alone; one warning', () => {
    const folder = join(tempFolder(), 'errors')
    writeFileSync(folder, 'mine')
    expectOneWarning(storage(folder), 'ENOTDIR')
    expect(readFileSync(folder, 'utf8')).toBe('mine')
  })

  it.runIf(POSIX).each(['directory', 'FIFO'])(
    'a %s instead of the day’s file keeps no command waiting; one warning',
    (type) => {
      const kept = storage()
      mkdirSync(kept.folder)
      if (type === 'directory') mkdirSync(join(kept.folder, DAY))
      else execFileSync('mkfifo', [join(kept.folder, DAY)])
      kept.record('WP01')
      expect(kept.errors.list()).toEqual([])
      expect(kept.notices.all).toHaveLength(1)
    },
  )

  it.each([
    ['full', 'size=4k', 'ENOSPC'],
    ['read-only', 'ro', 'EROFS'],
  ])('a %s disk is one warning', (what, options, code) => {
    const kept = storage()
    mkdirSync(kept.folder)
    if (!mounted(kept.folder, options)) return
    try {
      if (what === 'full') writeFileSync(join(kept.folder, 'ballast'), Buffer.alloc(4096))
      expectOneWarning(kept, code)
    } finally {
      execFileSync('umount', [kept.folder])
    }
  })
})

function mounted(folder: string, options: string): boolean {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', folder], { stdio: 'ignore' })
    return true
  } catch {
    process.stdout.write('skipped: no file system can be mounted here; run as root\n')
    return false
  }
}
