import { execFileSync } from 'node:child_process'

/**
 * The merge driver as git runs it. No %P: a hostile file name would be run. Git's own union takes over where kitty
 * is not there or fails. docs/formats.md, "Merging".
 */
export const MERGE_DRIVER = 'kitty agent events merge-driver %O %A %B || git merge-file --union %A %O %B'

const SETTINGS: Readonly<Record<string, string>> = {
  'merge.kitty-events.name': 'set union of two kitty event logs',
  'merge.kitty-events.driver': MERGE_DRIVER,
}

/** Registers the merge driver in the repository's own configuration. @returns whether anything was changed. */
export function registerMergeDriver(root: string): boolean {
  const missing = missingSettings(root)
  for (const [key, value] of missing) git(root, ['config', '--local', key, value])
  return missing.length > 0
}

/** True when git's configuration names the merge driver as this kitty runs it. */
export function isMergeDriverRegistered(root: string): boolean {
  return missingSettings(root).length === 0
}

function missingSettings(root: string): [string, string][] {
  return Object.entries(SETTINGS).filter(([key, value]) => configValue(root, key) !== value)
}

function configValue(root: string, key: string): string | undefined {
  try {
    return git(root, ['config', '--local', '--get', key])
  } catch {
    // Exit 1: not set.
    return undefined
  }
}

function git(root: string, args: readonly string[]): string {
  return execFileSync('git', args, {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  }).replace(/\n$/, '')
}
