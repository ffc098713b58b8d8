import { readFileSync } from 'node:fs'
import type { Cell } from './matrix.js'

/** Does to a repository what the name says. Answers the ids that must be in the log then; without, all emitted. */
export type Scenario = (cell: Cell) => Promise<readonly string[] | undefined>

const scenario =
  (act: (cell: Cell) => Promise<void>): Scenario =>
  async (cell) => {
    await act(cell)
    return undefined
  }

/** Three events everywhere, then two on `theirs` and two on `main`. */
async function bothAppend(cell: Cell): Promise<void> {
  await cell.add(3)
  await cell.addOn('theirs', 2)
  await cell.add(2)
}

async function merge(cell: Cell, branch = 'theirs'): Promise<void> {
  cell.tryGit('merge', '--no-edit', branch)
  await cell.conclude()
}

/** Copies the last line that `branch` has into our file, as picking it by hand would, and commits. */
function copyLastLine(cell: Cell, branch: string): void {
  const line = cell.committedLines(branch).at(-1) ?? ''
  cell.edit((text) => `${text}${line}\n`)
}

export const SCENARIOS: Readonly<Record<string, Scenario>> = {
  'both append, merge': scenario(async (cell) => {
    await bothAppend(cell)
    await merge(cell)
  }),
  'both append, rebase': scenario(async (cell) => {
    await bothAppend(cell)
    cell.tryGit('rebase', 'theirs')
    await cell.conclude()
  }),
  'both append, rebase of several commits': scenario(async (cell) => {
    await cell.add(2)
    await cell.addOn('theirs', 2)
    for (let at = 0; at < 3; at += 1) await cell.add(1)
    cell.tryGit('rebase', 'theirs')
    await cell.conclude()
  }),
  'both append, cherry-pick': scenario(async (cell) => {
    await bothAppend(cell)
    cell.tryGit('cherry-pick', 'main..theirs')
    await cell.conclude()
  }),
  'both append, squash': scenario(async (cell) => {
    await bothAppend(cell)
    cell.tryGit('merge', '--squash', 'theirs')
    await cell.conclude()
    cell.commit('squashed')
  }),
  'both append, stash pop': scenario(async (cell) => {
    await cell.add(3)
    cell.emitted.push(...(await cell.emit(2)))
    cell.git('stash', '--quiet')
    await cell.add(2)
    cell.tryGit('stash', 'pop')
    await cell.conclude()
  }),
  'stash pop on another branch': scenario(async (cell) => {
    await cell.add(3)
    await cell.addOn('theirs', 2)
    cell.emitted.push(...(await cell.emit(2)))
    cell.git('stash', '--quiet')
    cell.git('switch', '--quiet', 'theirs')
    cell.tryGit('stash', 'pop')
    await cell.conclude()
  }),
  'no final newline on ours': scenario(async (cell) => {
    await bothAppend(cell)
    cell.dropFinalNewline()
    await merge(cell)
  }),
  'no final newline on theirs': scenario(async (cell) => {
    await bothAppend(cell)
    cell.git('switch', '--quiet', 'theirs')
    cell.dropFinalNewline()
    cell.git('switch', '--quiet', 'main')
    await merge(cell)
  }),
  'no final newline on both': scenario(async (cell) => {
    await bothAppend(cell)
    cell.dropFinalNewline()
    cell.git('switch', '--quiet', 'theirs')
    cell.dropFinalNewline()
    cell.git('switch', '--quiet', 'main')
    await merge(cell)
  }),
  'the same line added on both sides at the same place': scenario(async (cell) => {
    await cell.add(3)
    await cell.addOn('theirs', 1)
    copyLastLine(cell, 'theirs')
    await cell.add(1)
    await merge(cell)
  }),
  'the same line added on both sides at different places': scenario(async (cell) => {
    await cell.add(3)
    await cell.addOn('theirs', 1)
    await cell.add(1)
    copyLastLine(cell, 'theirs')
    cell.git('switch', '--quiet', 'theirs')
    await cell.add(1)
    cell.git('switch', '--quiet', 'main')
    await merge(cell)
  }),
  'cherry-pick and later merge': scenario(async (cell) => {
    await bothAppend(cell)
    cell.tryGit('cherry-pick', 'theirs')
    await cell.conclude()
    cell.commit('picked')
    cell.git('switch', '--quiet', 'theirs')
    await cell.add(1)
    cell.git('switch', '--quiet', 'main')
    await cell.add(1)
    await merge(cell)
  }),
  'the file made on both sides': scenario(async (cell) => {
    await cell.addOn('theirs', 2)
    await cell.add(2)
    await merge(cell)
  }),
  'criss-cross': scenario(async (cell) => {
    await bothAppend(cell)
    const [ours, theirs] = [cell.head('main'), cell.head('theirs')]
    await merge(cell, theirs)
    await cell.add(1)
    cell.git('switch', '--quiet', 'theirs')
    await merge(cell, ours)
    await cell.add(1)
    cell.git('switch', '--quiet', 'main')
    await merge(cell)
  }),
  'modified on theirs, deleted on ours': scenario(async (cell) => {
    await cell.add(3)
    await cell.addOn('theirs', 2)
    cell.git('rm', '--quiet', '.kittify/events/2026-11-22.jsonl')
    cell.commit('deleted')
    await merge(cell)
  }),
  'modified on ours, deleted on theirs': scenario(async (cell) => {
    await cell.add(3)
    cell.git('switch', '--quiet', '--create', 'theirs')
    cell.git('rm', '--quiet', '.kittify/events/2026-11-22.jsonl')
    cell.commit('deleted')
    cell.git('switch', '--quiet', 'main')
    await cell.add(2)
    await merge(cell)
  }),
  'a middle line removed on ours': scenario(async (cell) => {
    await cell.add(3)
    await cell.addOn('theirs', 2)
    cell.dropLine(1)
    await merge(cell)
  }),
  'a middle line removed on theirs': scenario(async (cell) => {
    await cell.add(3)
    cell.git('switch', '--quiet', '--create', 'theirs')
    cell.dropLine(1)
    cell.git('switch', '--quiet', 'main')
    await cell.add(2)
    await merge(cell)
  }),
  'the last line removed on ours': scenario(async (cell) => {
    await cell.add(3)
    await cell.addOn('theirs', 2)
    cell.dropLine(2)
    await merge(cell)
  }),
  'the last line removed on theirs': scenario(async (cell) => {
    await cell.add(3)
    cell.git('switch', '--quiet', '--create', 'theirs')
    cell.dropLine(2)
    cell.git('switch', '--quiet', 'main')
    await cell.add(2)
    await merge(cell)
  }),
  'revert of the last commit': scenario(async (cell) => {
    await cell.add(2)
    await cell.add(1)
    cell.tryGit('revert', '--no-edit', 'HEAD')
    await cell.conclude()
  }),
  'revert of an earlier commit': scenario(async (cell) => {
    await cell.add(2)
    await cell.add(1)
    await cell.add(1)
    cell.tryGit('revert', '--no-edit', 'HEAD~1')
    await cell.conclude()
  }),
  'Windows line ends on ours': scenario(async (cell) => {
    await bothAppend(cell)
    cell.commitWithCrlf()
    await merge(cell)
  }),
  'Windows line ends on theirs': scenario(async (cell) => {
    await bothAppend(cell)
    cell.git('switch', '--quiet', 'theirs')
    cell.commitWithCrlf()
    cell.git('switch', '--quiet', '--force', 'main')
    await merge(cell)
  }),
  'core.autocrlf': scenario(async (cell) => {
    cell.git('config', 'core.autocrlf', 'true')
    await bothAppend(cell)
    await merge(cell)
  }),
  'merge --autostash with a dirty log': scenario(async (cell) => {
    await cell.add(3)
    await cell.addOn('theirs', 2)
    cell.emitted.push(...(await cell.emit(2)))
    cell.tryGit('merge', '--no-edit', '--autostash', 'theirs')
    await cell.conclude()
  }),
  'rebase --autostash with a dirty log': scenario(async (cell) => {
    await bothAppend(cell)
    cell.emitted.push(...(await cell.emit(2)))
    cell.tryGit('rebase', '--autostash', 'theirs')
    await cell.conclude()
  }),
  'a conflict committed as git left it': scenario(async (cell) => {
    await bothAppend(cell)
    cell.tryGit('merge', '--no-edit', 'theirs')
    // A user who commits a merge that git was forbidden to make has thrown their side away: that is no file to read.
    const isMarked = readFileSync(cell.day, 'utf8').includes('<<<<<<<')
    if (isMarked) cell.commit('with markers')
    await cell.conclude()
  }),
}
