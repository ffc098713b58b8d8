import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { canCountSteps } from '../support/git-steps.js'
import { idIn, type Clone } from './support/clone.js'
import { tempFolder } from '../support/temp-folder.js'
import { pathWithKitty } from './support/kitty-shim.js'
import { deleteIndex, largeLog } from './support/large.js'
import { Cell, faultsOf } from './support/matrix.js'
import { race } from './support/races.js'
import { SCENARIOS } from './support/scenarios.js'

/** Both ways for each verb with npm run test:large; else in turn. */
const IS_FULL = process.env['KITTY_LARGE'] === 'full'
/** What one command after the verb may take of the processor, in milliseconds: the clock would count others' work. */
const AT_MOST_MS = 5_000

const BASE = 'work~10'

/** Each takes committed events away from branch `work`, which is checked out. */
const VERBS: Readonly<Record<string, (clone: Clone) => void>> = {
  'reset --hard': (clone) => clone.git('reset', '--quiet', '--hard', BASE),
  'reset --hard of a part': (clone) => clone.git('reset', '--quiet', '--hard', 'HEAD~4'),
  revert: (clone) => clone.git('revert', '--no-edit', 'HEAD~4..HEAD'),
  'revert as one commit': (clone) => {
    clone.git('revert', '--no-commit', 'HEAD~4..HEAD')
    clone.git('commit', '--quiet', '--message', 'reverted')
  },
  'branch -D': (clone) => {
    clone.git('switch', '--quiet', 'main')
    clone.git('branch', '--quiet', '-D', 'work')
  },
  'branch -D, after a commit elsewhere': (clone) => {
    clone.git('switch', '--quiet', 'main')
    clone.git('commit', '--quiet', '--allow-empty', '--message', 'on')
    clone.git('branch', '--quiet', '-D', 'work')
  },
  'a rebase that drops commits': (clone) =>
    clone.gitWith({ GIT_SEQUENCE_EDITOR: "sed -i '$d'" }, 'rebase', '--quiet', '--interactive', 'HEAD~3'),
  'filter-branch without the log': (clone) => {
    const filter = 'git rm --cached --quiet -r --ignore-unmatch .kittify/events'
    clone.gitWith(
      { FILTER_BRANCH_SQUELCH_WARNING: '1' },
      'filter-branch',
      '-f',
      '--index-filter',
      filter,
      'HEAD~3..HEAD',
    )
    clone.git('update-ref', '-d', 'refs/original/refs/heads/work')
    clone.git('reset', '--quiet', '--hard')
  },
  'checkout -f, and the branch set back': (clone) => {
    clone.git('checkout', '--quiet', '-f', 'main')
    clone.git('branch', '--quiet', '-f', 'work', BASE)
  },
  'stash, clean and restore of what was committed by amending': (clone) => {
    clone.git('reset', '--quiet', '--soft', 'HEAD~2')
    clone.git('stash', '--quiet')
    clone.git('clean', '--quiet', '-fdx')
    clone.git('restore', '.')
    clone.git('stash', 'drop', '--quiet')
  },
  'read-tree of an older commit': (clone) => {
    clone.git('read-tree', '--reset', '-u', 'HEAD~5')
    clone.git('commit', '--quiet', '--message', 'as it was')
  },
}

function millisecondsSince(started: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(started)
  return (user + system) / 1000
}

describe('what a clone has acknowledged stays, in a log of 20,000 events on 200 branches', () => {
  const cases = Object.keys(VERBS).flatMap((name, at) =>
    [false, true]
      .filter((deleted) => IS_FULL || deleted === (at % 2 === 1))
      .map((deleted) => ({ name, deleted })),
  )
  it.each(cases)('after $name, index deleted: $deleted', async ({ name, deleted }) => {
    const { clone, ids } = await largeLog()
    VERBS[name]?.(clone)
    if (deleted) deleteIndex(clone)
    const started = process.cpuUsage()
    const found = await clone.ids()
    const took = millisecondsSince(started)
    if (IS_FULL)
      process.stderr.write(`large log: ${name}, index deleted: ${deleted}: ${Math.round(took)} ms\n`)
    expect(found.sort()).toEqual(ids)
    expect(clone.rawLines().map(idIn).sort()).toEqual(ids)
    expect(took).toBeLessThan(AT_MOST_MS)
    await clone.emit(1)
    expect(clone.rawLines()).toHaveLength(ids.length + 1)
  })

  it('waits with a branch’s events while the branch is there, and asks of new tips alone', async () => {
    const { clone, ids } = await largeLog()
    clone.git('switch', '--quiet', 'main')
    expect(await clone.ids()).toEqual([])
    await clone.settle()
    expect(clone.rawLines()).toEqual([])
    expect(readdirSync(join(clone.root, '.git', 'kitty', 'tips')).length).toBeGreaterThan(0)
    for (let round = 0; round < 3; round += 1) {
      clone.write('README.md', `round ${round}\n`)
      clone.commit(`round ${round}`)
      const started = process.cpuUsage()
      expect(await clone.ids()).toEqual([])
      expect(millisecondsSince(started)).toBeLessThan(AT_MOST_MS)
    }
    clone.git('switch', '--quiet', 'work')
    expect((await clone.ids()).sort()).toEqual(ids)
  })
})

/** One of each; every one with npm run test:large, which runs the tests of git's verbs on such a log. */
describe.skipIf(!canCountSteps())('with 20,000 events and a git that is slow to write the log', () => {
  const options = { path: pathWithKitty(), isLarge: true, gitDelayMs: 5 }

  it('an event stored while git is at work is not lost', async () => {
    expect(await race('stash', 1, tempFolder(), options)).toMatchObject({ stored: 1, lost: 0 })
  })

  it('a merge of two sides has each event exactly once', async () => {
    const cell = await Cell.make(tempFolder(), 'the driver set', 'merge', options)
    const [scenario] = Object.values(SCENARIOS)
    const expected = (await scenario?.(cell)) ?? cell.emitted
    expect(await faultsOf(cell, expected)).toEqual([])
  })
})
