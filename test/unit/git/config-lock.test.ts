import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { spawn } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { areMergeDriversRegistered, registerMergeDrivers } from '../../../src/core/git/merge-driver-config.js'
import { errorOf } from '../../support/kitty-error.js'
import { TempRepository } from '../../support/temp-repository.js'

describe('git’s configuration while another process writes it', () => {
  it('is waited for', () => {
    const { root } = new TempRepository()
    const lock = join(root, '.git', 'config.lock')
    writeFileSync(lock, '')
    // This thread is the one that waits.
    spawn('sh', ['-c', `sleep 0.3; rm '${lock}'`])
    registerMergeDrivers(root)
    expect(areMergeDriversRegistered(root)).toBe(true)
  })

  it('is given up after two seconds, naming the lock and what to do', () => {
    const { root } = new TempRepository()
    const lock = join(root, '.git', 'config.lock')
    writeFileSync(lock, '')
    const error = errorOf(() => registerMergeDrivers(root))
    expect(error).toMatchObject({ kind: 'LockTimeout', context: { lock } })
    expect(error.message).toContain(lock)
    rmSync(lock)
  })
})
