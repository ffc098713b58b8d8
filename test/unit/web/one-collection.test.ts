import { spawnSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { collectOnceWhenIdle } from '../../../src/core/web/one-collection.js'

/** @param age of the process, in milliseconds */
function flagsOn(version: string, age = 300): string[] {
  const flags: string[] = []
  collectOnceWhenIdle(version, age, (changed) =>
    flags.push(...changed.flatMap(({ set, usual }) => [set, usual])),
  )
  return flags
}

describe('garbage collection of an idle board', () => {
  it('is asked to happen once where V8 has the flag, and left alone elsewhere', () => {
    expect(flagsOn('11.3.244.8-node.33')).toHaveLength(2)
    for (const other of ['11.8.172.17', '12.4.254.21-node.33', '13.6.233.10', '111.3.1'])
      expect(flagsOn(other)).toEqual([])
  })

  it('is left alone in a process that may have begun to collect, which the change would stop', () => {
    expect(flagsOn('11.3.244.8-node.33', 7_999)).toEqual([])
  })

  it('names only flags that the V8 of this process knows', () => {
    for (const flag of flagsOn(process.versions.v8)) {
      const { status, stderr } = spawnSync(process.execPath, [flag, '-e', '0'], { encoding: 'utf8' })
      expect([status, stderr]).toEqual([0, ''])
    }
  })
})
