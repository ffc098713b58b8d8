import { accessSync, constants } from 'node:fs'
import { resolve } from 'node:path'
import { answered } from './answered.js'
import { gitText } from './git.js'

/** Hooks that git runs before it commits, and before it commits a merge (githooks(5)). */
export const BEFORE_COMMIT = ['pre-commit', 'prepare-commit-msg', 'commit-msg'] as const
export const BEFORE_MERGE = ['pre-merge-commit', 'prepare-commit-msg', 'commit-msg'] as const

/** The paths of those of the hooks that git would run here. Empty if git cannot tell. */
export function hooksHere(folder: string, names: readonly string[]): string[] {
  const hooks = answered(() => gitText(folder, ['rev-parse', '--git-path', 'hooks']))
  if (hooks === undefined) return []
  return names.map((name) => resolve(folder, hooks, name)).filter(canRun)
}

function canRun(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
