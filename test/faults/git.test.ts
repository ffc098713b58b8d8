import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect } from 'vitest'
import { ATTRIBUTES } from '../../src/core/services/initialize.js'
import { Clone, idIn } from '../git/support/clone.js'
import { diverged, mergeUnderHostileName, pathWithBroken } from '../git/support/driver-cases.js'
import { tempFolder } from '../support/temp-folder.js'
import { pathWithKitty } from '../git/support/kitty-shim.js'
import { Cell, faultsOf, SET_UPS, type SetUp, STYLES } from '../git/support/matrix.js'
import { race, RACES } from '../git/support/races.js'
import { SCENARIOS } from '../git/support/scenarios.js'
import { noteLine } from '../support/events.js'
import { rejectionOf } from '../support/kitty-error.js'
import { fault } from './support/fault.js'

const PROGRAM = fileURLToPath(new URL('../../bin/run.js', import.meta.url))
const path = pathWithKitty()
// A cast, for keys that are what their type says.
const ALL_SET_UPS = Object.keys(SET_UPS) as SetUp[]

/** Runs these scenarios under every set-up and conflict style. @returns how many cells, and what is wrong in any. */
async function matrix(names: readonly string[]): Promise<{ cells: number; faults: string[] }> {
  const faults: string[] = []
  let cells = 0
  for (const name of names)
    for (const setUp of ALL_SET_UPS)
      for (const style of STYLES) {
        const cell = await Cell.make(tempFolder(), setUp, style, { path })
        const expected = (await SCENARIOS[name]?.(cell)) ?? cell.emitted
        faults.push(
          ...(await faultsOf(cell, expected)).map((found) => `${name}, ${setUp}, ${style}: ${found}`),
        )
        cells += 1
      }
  return { cells, faults }
}

describe('the merge driver', () => {
  fault(4, 'kill at every syscall of the merge driver', { needs: ['strace'], within: 300 }, async () => {
    const [base, ours, theirs] = [noteLine(1), noteLine(1) + noteLine(3), noteLine(1) + noteLine(2)]
    const whole = noteLine(1) + noteLine(2) + noteLine(3)
    const seen = { untouched: 0, whole: 0 }
    for (const call of ['openat', 'read', 'fstat', 'write', 'fsync', 'rename', 'close', 'exit_group'])
      for (const when of call === 'fsync' || call === 'rename' || call === 'exit_group'
        ? [1]
        : [1, 20, 40, 60, 80]) {
        const folder = tempFolder()
        for (const [name, text] of Object.entries({ base, ours, theirs }))
          writeFileSync(join(folder, name), text)
        const inject = ['-e', `trace=${call}`, '-e', `inject=${call}:signal=SIGKILL:when=${when}`]
        const kitty = [process.execPath, PROGRAM, 'agent', 'events', 'merge-driver', 'base', 'ours', 'theirs']
        const env = { PATH: process.env['PATH'], KITTY_PLAIN: '1' }
        spawnSync('strace', ['-f', '-qq', '-o', '/dev/null', ...inject, ...kitty], { cwd: folder, env })
        const left = readFileSync(join(folder, 'ours'), 'utf8')
        expect([ours, whole], `${call} ${when}`).toContain(left)
        seen[left === ours ? 'untouched' : 'whole'] += 1
        execFileSync('git', ['merge-file', '--union', 'ours', 'base', 'theirs'], { cwd: folder })
        const lines = readFileSync(join(folder, 'ours'), 'utf8').split('\n').filter(Boolean)
        expect([...new Set(lines)].sort()).toEqual(whole.split('\n').filter(Boolean).sort())
      }
    return {
      injected: `SIGKILL at ${seen.untouched + seen.whole} calls of kitty agent events merge-driver, then git's union`,
      found: `%A untouched ${seen.untouched} times, the full union ${seen.whole} times; both sides after the fallback`,
      expected: '%A = full union or untouched + fallback ran',
    }
  })

  fault(36, 'the driver is missing, crashes, exits 1', {}, async () => {
    for (const line of ['exit 127', 'exit 1', 'kill -9 $$', 'echo x > "$4"; exit 1']) {
      const { clone, ids } = await diverged(pathWithBroken(line))
      clone.git('merge', '--quiet', '--no-edit', 'theirs')
      expect(await clone.ids()).toEqual(ids)
      expect(
        clone
          .committedLines()
          .filter((text) => text !== 'x')
          .map(idIn)
          .sort(),
      ).toEqual([...ids].sort())
    }
    return {
      injected: 'kitty missing, exit 1, killed, writing over the base',
      found: "git's union: both sides in HEAD, each event once",
      expected: 'fallback union, THEIRS in HEAD; 0',
    }
  })

  fault(37, 'a file name with $(…)', {}, async () => {
    const { clone, file } = mergeUnderHostileName(path)
    expect(readFileSync(file, 'utf8')).toBe(noteLine(1) + noteLine(2) + noteLine(3))
    expect(existsSync(join(clone.root, 'PWNED'))).toBe(false)
    return { injected: 'a merge of a$(touch PWNED)….jsonl', found: 'merged, no PWNED', expected: 'no PWNED' }
  })

  fault(38, 'octopus', {}, async () => {
    const { clone, ids } = await diverged(path)
    clone.git('switch', '--quiet', '--create', 'third', 'main~1')
    await clone.emit(1)
    clone.commit()
    clone.git('switch', '--quiet', 'main')
    const before = [clone.head(), clone.rawLines().join()]
    expect(clone.tryGit('merge', '--no-edit', 'theirs', 'third').code).not.toBe(0)
    expect([clone.head(), clone.rawLines().join()]).toEqual(before)
    for (const branch of ['theirs', 'third']) clone.git('merge', '--quiet', '--no-edit', branch)
    expect((await clone.ids()).length).toBe(ids.length + 1)
    return {
      injected: 'git merge of two branches in one octopus, all three with events',
      found: 'git refuses, nothing has changed; merged one by one they are all there',
      expected: 'git refuses, nothing changed',
    }
  })
})

describe('git at work while events are stored', () => {
  fault(31, 'git checkout race', { within: 3600 }, async () => {
    const tally = await race('checkout', 1_000, tempFolder(), { path })
    expect(tally.lost).toBe(0)
    return {
      injected: '1,000 events while git checkout runs',
      found: JSON.stringify(tally),
      expected: 'I1; none lost',
    }
  })

  for (const name of Object.keys(RACES).filter((verb) => verb !== 'checkout'))
    fault(32, name, { within: 3600 }, async () => {
      const tally = await race(name, 300, tempFolder(), { path })
      expect(tally.lost).toBe(0)
      return {
        injected: `300 events while git ${name} runs`,
        found: JSON.stringify(tally),
        expected: 'I1; none lost',
      }
    })

  fault(33, 'index.lock held', {}, async () => {
    const clone = Clone.create(tempFolder(), ATTRIBUTES.join('\n'))
    writeFileSync(join(clone.root, '.git', 'index.lock'), '')
    const ids = await clone.emit(3)
    expect(await clone.ids()).toEqual(ids)
    return {
      injected: '.git/index.lock',
      found: 'stored and read, nothing waits for it',
      expected: 'emit returns; 0',
    }
  })

  fault(34, 'stash -a, clean -fdx, sparse-checkout', {}, async () => {
    for (const verb of [
      ['stash', '--all', '--quiet'],
      ['clean', '-fdx'],
      ['sparse-checkout', 'set', 'code'],
    ]) {
      const clone = Clone.create(tempFolder(), ATTRIBUTES.join('\n'))
      const ids = await clone.emit(3)
      clone.commit()
      clone.git(...verb)
      expect(await clone.ids(), verb.join(' ')).toEqual(ids)
    }
    return {
      injected: 'stash -a, clean -fdx, a sparse checkout without .kittify',
      found: 'every committed event is read, the index is rebuilt',
      expected: 'committed events replay, index rebuilt; 0',
    }
  })
})

describe('what git leaves of the log', () => {
  fault(35, 'the merge matrix', { within: 3600 }, async () => {
    const { cells, faults } = await matrix(Object.keys(SCENARIOS))
    expect(faults).toEqual([])
    return {
      injected: `${cells} cells`,
      found: 'every event once after the next command',
      expected: 'every event once; 0',
    }
  })

  fault(39, 'CRLF on one side, autocrlf', { within: 900 }, async () => {
    const names = Object.keys(SCENARIOS).filter((name) => /Windows|autocrlf/.test(name))
    const { cells, faults } = await matrix(names)
    expect(names).toHaveLength(3)
    expect(faults).toEqual([])
    return { injected: `${cells} cells`, found: 'one copy each', expected: 'one copy each; 0' }
  })

  fault(40, 'hostile attributes', {}, async () => {
    const withAttributes = (attributes: string): Clone => {
      const clone = Clone.create(tempFolder(), '.kittify/events/*.jsonl text eol=lf merge=kitty-events')
      clone.write('.kittify/.gitattributes', `${attributes}\n`)
      return clone
    }
    for (const attribute of ['working-tree-encoding=UTF-16', 'filter=x']) {
      const error = await rejectionOf(withAttributes(`*.jsonl ${attribute}`).emit(1))
      expect(error).toMatchObject({ kind: 'UnsafeSetup', exitCode: 5 })
      expect(error.message).toContain(attribute)
    }
    for (const attribute of ['ident', 'eol=crlf', '-merge']) {
      const clone = withAttributes(`*.jsonl ${attribute}`)
      const ids = await clone.emit(1)
      expect(clone.warnings.join()).toContain(attribute)
      expect(await clone.ids()).toEqual(ids)
    }
    return {
      injected: 'working-tree-encoding=UTF-16, filter, ident, eol=crlf, -merge',
      found: 'the first two refuse an event by name, the others are named and lose nothing',
      expected: 'attribute named; emit refuses on UTF-16; 5',
    }
  })
})
