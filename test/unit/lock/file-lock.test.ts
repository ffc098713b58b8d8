import { execFileSync } from 'node:child_process'
import {
  closeSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { FileLock, lockTimeout } from '../../../src/core/lock/file-lock.js'
import { writeHolder } from '../../../src/core/lock/holder-record.js'
import { type LockBinding, loadLockBinding } from '../../../src/core/platform/kernel-lock.js'
import { errorOf, rejectionOf } from '../../support/kitty-error.js'
import { nodeScript, runNode } from '../../support/node-script.js'
import { CAN_LIST_OPEN_FILES, openFiles } from '../../support/open-files.js'
import { tempFolder } from '../../support/temp-folder.js'
import { POSIX } from '../../support/posix.js'

function lockPath(): string {
  return join(tempFolder(), 'kitty', 'lock')
}

describe('the write lock', () => {
  it('is free again once released, and releasing twice does no harm', async () => {
    const lock = new FileLock(lockPath(), 1000)
    const held = await lock.acquire('first')
    held.release()
    held.release()
    ;(await lock.acquire('second')).release()
  })

  it('excludes a second holder in the same process, who gets it next', async () => {
    const path = lockPath()
    const order: string[] = []
    const first = await new FileLock(path, 5000).acquire('first')
    const second = new FileLock(path, 5000).acquire('second').then((held) => {
      order.push('second')
      held.release()
    })
    await new Promise((resolve) => setTimeout(resolve, 30))
    order.push('first')
    first.release()
    await second
    expect(order).toEqual(['first', 'second'])
  })

  it('gives up after its wait and names the holder', async () => {
    const path = lockPath()
    const held = await new FileLock(path, 1000).acquire('move-task WP01')
    const error = await rejectionOf(new FileLock(path, 20).acquire('other'))
    expect(error).toMatchObject({ kind: 'LockTimeout', exitCode: 4 })
    expect(error.message).toContain(`process ${process.pid} (move-task WP01`)
    expect(error.message).toMatch(/0\.\d s/)
    held.release()
  })

  it('blames no one for all of the wait where the lock went from one process to the next', async () => {
    const path = lockPath()
    const held = await new FileLock(path, 1000).acquire('first')
    let turn = 0
    const fd = openSync(path, 'r+')
    const passing = setInterval(() => writeHolder(fd, `turn ${(turn += 1)}`), 2)
    const error = await rejectionOf(new FileLock(path, 100).acquire('other'))
    clearInterval(passing)
    closeSync(fd)
    expect(error).toMatchObject({ kind: 'LockTimeout', exitCode: 4 })
    expect(error.message).toContain('went from one process to the next')
    expect(error.message).toMatch(/\(turn \d+, since .*\) has it now\.$/)
    held.release()
  })

  it('tries once even when there is no time to wait', async () => {
    ;(await new FileLock(lockPath(), 0).acquire('immediately')).release()
  })

  it('is not held twice after its file was deleted and created again', async () => {
    const path = lockPath()
    const first = await new FileLock(path, 1000).acquire('first')
    const waiting = new FileLock(path, 5000).acquire('waiting')
    await new Promise((resolve) => setTimeout(resolve, 20))
    renameSync(path, `${path}.gone`)
    const second = await new FileLock(path, 1000).acquire('second')
    first.release()
    const state = await Promise.race([
      waiting.then(() => 'held twice'),
      new Promise((resolve) => setTimeout(resolve, 60, 'waits')),
    ])
    expect(state).toBe('waits')
    second.release()
    ;(await waiting).release()
  })

  it.each(['ENOLCK', 'ENOSYS', 'EOPNOTSUPP'])(
    'says so where the file system has no locks: %s',
    async (code) => {
      const tryLock = (): never => {
        throw Object.assign(new Error(code), { code })
      }
      const error = await rejectionOf(
        new FileLock(lockPath(), 1000, () => ({ tryLock, unlock: tryLock })).acquire('x'),
      )
      expect(error).toMatchObject({ kind: 'LockUnavailable', exitCode: 3 })
      expect(error.message).toContain('file locking not available')
    },
  )

  it('says so where the native module is missing', async () => {
    const load = (): never => {
      throw new Error('no binding')
    }
    expect(await rejectionOf(new FileLock(lockPath(), 1000, load).acquire('x'))).toMatchObject({
      kind: 'LockUnavailable',
      exitCode: 3,
    })
  })

  it.runIf(POSIX)('does not write through a link, a FIFO or a folder in its place', async () => {
    const path = lockPath()
    const outside = join(tempFolder(), 'outside')
    writeFileSync(outside, 'mine')
    mkdirSync(join(path, '..'))
    for (const make of [() => symlinkSync(outside, path), () => execFileSync('mkfifo', [path])]) {
      make()
      expect((await rejectionOf(new FileLock(path, 100).acquire('x'))).kind).toBe('UnsafeSetup')
      rmSync(path)
    }
    expect(readFileSync(outside, 'utf8')).toBe('mine')
  })

  it('takes the package’s own loader when its usual place is empty', async () => {
    const require = createRequire(import.meta.url)
    const load = (): LockBinding =>
      loadLockBinding((id) => {
        if (id.endsWith('.node')) throw new Error('no such file')
        return require(id)
      })
    const path = lockPath()
    const held = await new FileLock(path, 1000, load).acquire('first')
    expect((await rejectionOf(new FileLock(path, 10, load).acquire('second'))).kind).toBe('LockTimeout')
    held.release()
    ;(await new FileLock(path, 1000).acquire('third')).release()
  })
})

describe('the write lock, released for now', () => {
  it('is free for others, and its own again after them', async () => {
    const path = lockPath()
    const lock = new FileLock(path, 1000)
    for (let time = 0; time < 3; time += 1) {
      ;(await lock.acquire('first')).releaseForNow()
      ;(await new FileLock(path, 0).acquire('other')).release()
    }
    lock.close()
  })

  it('excludes a second call of the same process, who gets it next', async () => {
    const lock = new FileLock(lockPath(), 5000)
    ;(await lock.acquire('before')).releaseForNow()
    const first = await lock.acquire('first')
    const second = lock.acquire('second')
    const state = await Promise.race([
      second.then(() => 'held twice'),
      new Promise((resolve) => setTimeout(resolve, 30, 'waits')),
    ])
    expect(state).toBe('waits')
    first.releaseForNow()
    ;(await second).releaseForNow()
    lock.close()
  })

  it('is not held through a file that was deleted and created again between two uses', async () => {
    const path = lockPath()
    const lock = new FileLock(path, 20)
    ;(await lock.acquire('first')).releaseForNow()
    renameSync(path, `${path}.gone`)
    const other = await new FileLock(path, 1000).acquire('other')
    expect((await rejectionOf(lock.acquire('again'))).message).toContain('(other')
    other.release()
    ;(await lock.acquire('again')).release()
  })

  it('creates its file again when it is gone, its folder with it', async () => {
    const path = lockPath()
    const lock = new FileLock(path, 20)
    ;(await lock.acquire('first')).releaseForNow()
    rmSync(join(path, '..'), { recursive: true })
    const held = await lock.acquire('again')
    expect((await rejectionOf(new FileLock(path, 20).acquire('other'))).kind).toBe('LockTimeout')
    held.release()
  })

  it.runIf(POSIX)(
    'does not go through a link that was put in its place, not even to its own file',
    async () => {
      const path = lockPath()
      const lock = new FileLock(path, 20)
      ;(await lock.acquire('first')).releaseForNow()
      renameSync(path, `${path}.mine`)
      symlinkSync(`${path}.mine`, path)
      expect((await rejectionOf(lock.acquire('again'))).kind).toBe('UnsafeSetup')
    },
  )

  it.runIf(CAN_LIST_OPEN_FILES)('has one file open at most, and none once closed', async () => {
    const path = lockPath()
    const lock = new FileLock(path, 1000)
    const first = await lock.acquire('first')
    const second = lock.acquire('second')
    await new Promise((resolve) => setTimeout(resolve, 5))
    first.releaseForNow()
    ;(await second).releaseForNow()
    expect(openFiles(path)).toEqual([path])
    rmSync(path)
    ;(await lock.acquire('third')).releaseForNow()
    expect(openFiles(path)).toEqual([path])
    lock.close()
    lock.close()
    expect(openFiles(path)).toEqual([])
  })
})

describe('lockTimeout', () => {
  it('reads milliseconds, and ten seconds without', () => {
    expect(lockTimeout({})).toBe(10_000)
    expect(lockTimeout({ KITTY_LOCK_TIMEOUT_MS: '' })).toBe(10_000)
    expect(lockTimeout({ KITTY_LOCK_TIMEOUT_MS: '250' })).toBe(250)
  })

  it.each(['-1', '1.5', 'ten', '1e3', ' 5', '99999999999'])('refuses %j', (value) => {
    expect(errorOf(() => lockTimeout({ KITTY_LOCK_TIMEOUT_MS: value }))).toMatchObject({
      kind: 'UsageError',
      exitCode: 2,
    })
  })
})

describe('the write lock between processes', () => {
  let counter: string
  let holder: string

  beforeAll(async () => {
    counter = await nodeScript(`
      import { readFileSync, writeFileSync } from 'node:fs'
      import { FileLock } from './src/core/lock/file-lock.js'
      const [lockFile, countFile, times] = process.argv.slice(2)
      const lock = new FileLock(lockFile, 50_000)
      for (let time = 0; time < Number(times); time += 1) {
        const held = await lock.acquire('count')
        writeFileSync(countFile, String(Number(readFileSync(countFile, 'utf8')) + 1))
        if (time % 3 === 0) held.release()
        else held.releaseForNow()
      }
    `)
    holder = await nodeScript(`
      import { spawn } from 'node:child_process'
      import { FileLock } from './src/core/lock/file-lock.js'
      const lock = new FileLock(process.argv[2], 5000)
      ;(await lock.acquire('before')).releaseForNow()
      await lock.acquire('hold it')
      const child = spawn(process.execPath, ['-e', 'setTimeout(() => undefined, 3000)'], { stdio: 'ignore' })
      child.once('spawn', () => console.log('held'))
      setInterval(() => undefined, 1000)
    `)
  })

  it('lets one at a time do its work', async () => {
    const path = lockPath()
    const count = join(tempFolder(), 'count')
    writeFileSync(count, '0')
    const running = Array.from({ length: 4 }, () => runNode(counter, [path, count, '100']))
    const ended = await Promise.all(running.map(({ finished }) => finished))
    expect(ended.map(({ code, stderr }) => ({ code, stderr }))).toEqual(
      ended.map(() => ({ code: 0, stderr: '' })),
    )
    expect(readFileSync(count, 'utf8')).toBe('400')
  })

  it('dies with its holder, whose child lives on', async () => {
    const path = lockPath()
    const { child, finished, says } = runNode(holder, [path])
    await says('held')
    const refused = await rejectionOf(new FileLock(path, 10).acquire('x'))
    expect(refused.context['holder']).toMatchObject({ pid: child.pid, purpose: 'hold it' })
    child.kill('SIGKILL')
    await finished
    ;(await new FileLock(path, 1000).acquire('next')).release()
  })

  it('is not taken from a holder that is stopped', async () => {
    const path = lockPath()
    const { child, finished, says } = runNode(holder, [path])
    await says('held')
    child.kill('SIGSTOP')
    expect((await rejectionOf(new FileLock(path, 50).acquire('x'))).kind).toBe('LockTimeout')
    child.kill('SIGKILL')
    await finished
  })
})
