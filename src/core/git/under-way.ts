import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

/** What git leaves in a checkout's directory while an operation waits for a person (gitrepository-layout(5)). */
const MARKS = [
  ['rebase-merge', 'rebase'],
  ['rebase-apply', 'rebase'],
  ['MERGE_HEAD', 'merge'],
  ['CHERRY_PICK_HEAD', 'cherry-pick'],
  ['REVERT_HEAD', 'revert'],
  ['BISECT_LOG', 'bisect'],
] as const

export type Operation = (typeof MARKS)[number][1]

/** The operation that is under way in the checkout of `gitDir`, or undefined. */
export function operationUnderWay(gitDir: string): Operation | undefined {
  return MARKS.find(([name]) => existsSync(join(gitDir, name)))?.[1]
}

const LOOK_EVERY_MS = 50

/**
 * Waits while another git process holds the index of the checkout of `gitDir`.
 * @returns false if it still does after `patience` milliseconds
 */
export async function indexIsFree(gitDir: string, patience: number): Promise<boolean> {
  const lock = join(gitDir, 'index.lock')
  for (let waited = 0; existsSync(lock); waited += LOOK_EVERY_MS) {
    if (waited >= patience) return false
    await sleep(LOOK_EVERY_MS)
  }
  return true
}
