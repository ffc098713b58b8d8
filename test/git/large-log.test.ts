import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ATTRIBUTES } from '../../src/core/services/initialize.js'
import { Clone } from './support/clone.js'
import { quickFolder } from './support/folder.js'

/** Four times 700 notes and a commit: far more than the journal holds. */
async function fourCommits(): Promise<{ clone: Clone; ids: string[] }> {
  const clone = Clone.create(quickFolder(), ATTRIBUTES.join('\n'))
  const ids: string[] = []
  for (let round = 0; round < 4; round += 1) {
    ids.push(...(await clone.emit(700)))
    clone.commit(`round ${round}`)
  }
  return { clone, ids: ids.sort() }
}

describe('what a clone has acknowledged stays, however large the log', () => {
  const verbs: Readonly<Record<string, (clone: Clone) => void>> = {
    'reset --hard': (clone) => clone.git('reset', '--quiet', '--hard', 'HEAD~4'),
    revert: (clone) => clone.git('revert', '--no-edit', 'HEAD~4..HEAD'),
    'branch -D': (clone) => {
      clone.git('branch', 'gone')
      clone.git('reset', '--quiet', '--hard', 'HEAD~4')
      clone.git('branch', '-D', 'gone')
    },
  }
  it.each(Object.keys(verbs))('after %s, also with the index deleted', async (name) => {
    for (const isIndexDeleted of [false, true]) {
      const { clone, ids } = await fourCommits()
      verbs[name]?.(clone)
      if (isIndexDeleted) rmSync(join(clone.events, 'index.db'), { force: true })
      expect((await clone.ids()).sort()).toEqual(ids)
      expect(clone.rawLines()).toHaveLength(ids.length)
      await clone.emit(1)
      expect(clone.rawLines()).toHaveLength(ids.length + 1)
    }
  })

  it('after branch -D of the branch that alone had it, once that is gone', async () => {
    const { clone, ids } = await fourCommits()
    clone.git('switch', '--quiet', '--create', 'main2', 'HEAD~4')
    expect(await clone.ids()).toEqual([])
    await clone.settle()
    expect(clone.rawLines()).toEqual([])
    clone.git('branch', '-D', 'main')
    expect((await clone.ids()).sort()).toEqual(ids)
  })
})
