import { existsSync, readdirSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { readOptional } from '../files/read-optional.js'
import { isSamePlace } from '../platform/paths.js'

/**
 * Git's own directory for a linked worktree (gitrepository-layout(5), `worktrees/<id>`), also where the worktree's folder
 * is gone. Undefined if git has none.
 */
export function recordOf(gitCommonDir: string, path: string): string | undefined {
  const folder = join(gitCommonDir, 'worktrees')
  if (!existsSync(folder)) return undefined
  return readdirSync(folder)
    .map((name) => join(folder, name))
    .find((record) => {
      const place = readOptional(join(record, 'gitdir'))?.trim() ?? ''
      // Relative to the record with worktree.useRelativePaths.
      return place !== '' && isSamePlace(dirname(resolve(record, place)), path)
    })
}

/** The repositories of a worktree's submodules: git keeps them in the worktree's record, and removes them with it. */
export function submodulesIn(record: string): string | undefined {
  const modules = join(record, 'modules')
  return existsSync(modules) ? modules : undefined
}
