import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { SeenClock } from '../../../src/core/log/seen-clock.js'
import { tempFolder } from '../../support/temp-folder.js'
import { gitIn } from '../../support/temp-repository.js'

const IS_LINUX = process.platform === 'linux'

function place(): string {
  return join(tempFolder(), 'kitty', 'clock')
}

describe('the clock that a clone has seen', () => {
  it('is what was set last, in this process and in the next, and has no digits of a longer one', () => {
    const path = place()
    for (const value of [1, 1_000_000_000_000, 7]) {
      expect(new SeenClock(path).set(value)).toBeUndefined()
      expect(new SeenClock(path).read()).toEqual({ value })
    }
  })

  it('is 0 where none was set, and where a crash left an empty file', () => {
    const path = place()
    expect(new SeenClock(path).read()).toEqual({ value: 0 })
    new SeenClock(path).set(3)
    writeFileSync(path, '')
    expect(new SeenClock(path).read()).toEqual({ value: 0 })
    writeFileSync(path, '0\n')
    expect(new SeenClock(path).read()).toEqual({ value: 0 })
  })

  it.each(['-1', 'x', '1.5', '1e30', '-1.5', '12 13'])(
    'does not go by a file with %s, and names it',
    (text) => {
      const path = place()
      const clock = new SeenClock(path)
      clock.set(5)
      writeFileSync(path, text)
      const problem = `${path} holds no clock value`
      expect(new SeenClock(path).read()).toEqual({ value: 0, problem })
      // This process knows better.
      expect(clock.read()).toEqual({ value: 5, problem })
    },
  )

  it('is the greater one of what this process and the file know', () => {
    const path = place()
    const clock = new SeenClock(path)
    clock.set(5)
    new SeenClock(path).set(9)
    expect(clock.read()).toEqual({ value: 9 })
    rmSync(path)
    expect(clock.read()).toEqual({ value: 5 })
  })

  it('is not written again while it stays the same', () => {
    const path = place()
    const clock = new SeenClock(path)
    clock.set(5)
    rmSync(path)
    expect(clock.set(5)).toBeUndefined()
    expect(readdirSync(join(path, '..'))).toEqual([])
  })

  it('warns where it cannot be written, and says why it cannot be read', () => {
    const path = place()
    mkdirSync(path, { recursive: true })
    expect(new SeenClock(path).set(5)).toContain(`${path} could not be saved (`)
    const below = join(tempFolder(), 'a-file')
    writeFileSync(below, '')
    expect(new SeenClock(join(below, 'clock')).set(5)).toMatch(/could not be saved \((ENOTDIR|EEXIST)\)/)
    expect(() => new SeenClock(path).read()).toThrow(`${path} is a directory`)
  })

  it.runIf(IS_LINUX)('leaves no file open', () => {
    const path = place()
    const open = (): number => readdirSync('/proc/self/fd').length
    const before = open()
    for (let value = 1; value < 20; value += 1) {
      new SeenClock(path).set(value)
      new SeenClock(path).read()
    }
    expect(open()).toBeLessThan(before + 10)
  })

  it.skipIf(process.platform === 'win32')(
    'is shared as the repository is when it is new, and keeps its mode later',
    () => {
      const root = tempFolder()
      gitIn(root, 'init', '--quiet', '--shared=group')
      const path = join(root, '.git', 'kitty', 'clock')
      new SeenClock(path).set(1)
      expect(statSync(path).mode & 0o060).toBe(0o060)
      chmodSync(path, 0o600)
      new SeenClock(path).set(2)
      expect(statSync(path).mode & 0o777).toBe(0o600)
      expect(readFileSync(path, 'utf8').trim()).toBe('2')
    },
  )
})
