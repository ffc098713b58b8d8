import { execFileSync } from 'node:child_process'
import { chmodSync, lstatSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { sharedPermissions } from '../../../src/core/git/new-file-mode.js'
import { FileGuard } from '../../../src/core/lock/file-guard.js'
import { FileLock } from '../../../src/core/lock/file-lock.js'
import { loadLockBinding } from '../../../src/core/platform/kernel-lock.js'
import { rejectionOf } from '../../support/kitty-error.js'
import { POSIX } from '../../support/posix.js'
import { tempFolder } from '../../support/temp-folder.js'

async function lockOnce(path: string, shared = 0): Promise<void> {
  ;(await new FileLock(path, 1000, loadLockBinding, () => shared).acquire('test')).release()
}

const modeOf = (path: string): number => lstatSync(path).mode & 0o777

describe.runIf(POSIX)('the files that lock', () => {
  it.each([0o000, 0o022, 0o077])('are for their owner alone under a umask of %o', async (mask) => {
    const folder = join(tempFolder(), 'kitty')
    const before = process.umask(mask)
    try {
      await lockOnce(join(folder, 'lock'))
      new FileGuard(folder).shared()()
    } finally {
      process.umask(before)
    }
    expect([modeOf(join(folder, 'lock')), modeOf(join(folder, 'index-guard'))]).toEqual([0o600, 0o600])
  })

  it('are closed to others where an older kitty left them open', async () => {
    const path = join(tempFolder(), 'lock')
    writeFileSync(path, 'a record')
    chmodSync(path, 0o666)
    await lockOnce(path)
    expect(modeOf(path)).toBe(0o600)
  })

  it.each([
    ['group', 0o660],
    ['true', 0o660],
    ['all', 0o664],
    ['0640', 0o640],
    ['false', 0o600],
    ['umask', 0o600],
  ])('have what core.sharedRepository=%s adds', async (value, mode) => {
    const repository = tempFolder()
    execFileSync('git', ['init', '--quiet', repository])
    execFileSync('git', ['-C', repository, 'config', 'core.sharedRepository', value])
    const git = join(repository, '.git')
    await lockOnce(join(git, 'kitty', 'lock'), sharedPermissions(git))
    expect(modeOf(join(git, 'kitty', 'lock'))).toBe(mode)
  })
})

describe('the holder of a lock', () => {
  async function refusedWith(change: (record: Record<string, unknown>) => object): Promise<string> {
    const path = join(tempFolder(), 'lock')
    const held = await new FileLock(path, 1000).acquire('move-task WP01')
    const record = JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>
    writeFileSync(path, JSON.stringify(change(record)).padEnd(255) + '\n')
    const { message } = await rejectionOf(new FileLock(path, 20).acquire('other'))
    held.release()
    return message
  }

  it('is named while its process lives here', async () => {
    expect(await refusedWith((record) => record)).toContain(`process ${process.pid} (move-task WP01`)
  })

  it.each<[string, (record: Record<string, unknown>) => object]>([
    ['whose process is gone', (record) => ({ ...record, pid: 2 ** 22 + 1 })],
    ['on another host', (record) => ({ ...record, place: 'other pid:[1]' })],
    ['in another container', (record) => ({ ...record, place: `${String(record['place'])}0` })],
  ])('is not blamed %s', async (_, change) => {
    const message = await refusedWith(change)
    expect(message).toContain('a process on another machine or in another container')
    expect(message).not.toContain('move-task WP01')
  })
})
