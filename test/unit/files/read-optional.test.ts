import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readOptional } from '../../../src/core/files/read-optional.js'
import { closedIds } from '../../../src/core/log/archive/closed-logs.js'
import { endedTails } from '../../../src/core/log/repair/ended-tails.js'
import { TipMemory } from '../../../src/core/log/repair/tip-memory.js'
import { tempFolder } from '../../support/temp-folder.js'

function fifo(path: string): string {
  execFileSync('mkfifo', [path])
  return path
}

describe('a small file', () => {
  it('is read whole, and a missing one is undefined', () => {
    const path = join(tempFolder(), 'file')
    expect(readOptional(path)).toBeUndefined()
    writeFileSync(path, 'text: ä\n')
    expect(readOptional(path)).toBe('text: ä\n')
  })

  it.skipIf(process.platform === 'win32')('never waits for what another program writes to a FIFO', () => {
    const folder = tempFolder()
    expect(readOptional(fifo(join(folder, 'leases.json')))).toBe('')
    fifo(join(folder, 'ended-tails'))
    expect(endedTails(folder)).toEqual([])
    fifo(join(folder, 'blob'))
    expect(new TipMemory(folder).get('blob')).toEqual(new Uint32Array())
    mkdirSync(join(folder, 'before-2026'))
    fifo(join(folder, 'before-2026', 'ids'))
    expect([...closedIds(folder)].filter(Boolean)).toEqual([])
  })
})
