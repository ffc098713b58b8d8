import { existsSync, readdirSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { readOptional } from '../files/read-optional.js'
import { isSamePlace } from '../platform/paths.js'
import { renameOver } from '../platform/rename-over.js'
import { askGitText, git } from './git.js'
import { makeFolder } from './shared-folder.js'

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

/**
 * Moves the repositories of submodules to a folder that is not there yet. Their configuration names a work tree that is
 * gone, without which git would not even read their commits, so that name is taken out.
 * @throws the system's error, or as `git`
 */
export function keepSubmodules(modules: string, to: string): void {
  makeFolder(dirname(to))
  renameOver(modules, to)
  for (const repository of repositoriesIn(to))
    // `git sparse-checkout` in a submodule moves the name into a file of its own.
    for (const name of ['config', 'config.worktree']) forgetPlace(to, join(repository, name))
}

/** Takes the work tree's name out of one file of a repository's configuration. @throws as `git` */
function forgetPlace(folder: string, file: string): void {
  const config = ['config', '--file', file]
  if (existsSync(file) && askGitText(folder, [...config, '--get', 'core.worktree']) !== undefined)
    git(folder, [...config, '--unset-all', 'core.worktree'])
}

/** A submodule's name may have slashes, and a submodule has its own in `modules`. */
function repositoriesIn(folder: string): string[] {
  if (!existsSync(folder)) return []
  if (existsSync(join(folder, 'HEAD'))) return [folder, ...repositoriesIn(join(folder, 'modules'))]
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .flatMap((entry) => repositoriesIn(join(folder, entry.name)))
}
