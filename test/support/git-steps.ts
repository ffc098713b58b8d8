import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { keptFolder } from './temp-folder.js'

const SOURCE = fileURLToPath(new URL('git-steps.c', import.meta.url))
let library: string | undefined

/** Which git, counted in which file; git-steps.c says what a step is. */
export interface GitSteps {
  /** The git command, such as `worktree add`; any when not given. */
  readonly verb?: string
  /** One line per step; a path where nothing is yet. */
  readonly list: string
}

/** Environment in which git lists its steps. */
export function listingSteps({ verb, list }: GitSteps): Record<string, string> {
  rmSync(list, { force: true })
  return { LD_PRELOAD: compiled(), KG_STEPS: list, ...(verb !== undefined && { KG_VERB: verb }) }
}

/** `call path` of each step, in the order they were made. */
export function stepsIn(list: string): string[] {
  return existsSync(list) ? readFileSync(list, 'utf8').split('\n').filter(Boolean) : []
}

/** Environment in which git is killed before its n-th step, alone or with its process group. */
export function killingGitAt(step: number, whom: 'git' | 'group', steps: GitSteps): Record<string, string> {
  return {
    ...listingSteps(steps),
    KG_KILL: String(step),
    ...(whom === 'group' && { KG_WHOM: 'group' }),
  }
}

/** Environment in which every git waits so many milliseconds before each of its steps on such a path. */
export function slowGit(delayMs: number, path: string): Record<string, string> {
  return { LD_PRELOAD: compiled(), KG_DELAY: String(delayMs), KG_SLOW: path }
}

/** True when the library can be built here: on Linux with a C compiler. */
export function canCountSteps(): boolean {
  if (process.platform !== 'linux') return false
  try {
    compiled()
    return true
  } catch {
    return false
  }
}

function compiled(): string {
  if (library !== undefined) return library
  const path = join(keptFolder(), 'git-steps.so')
  execFileSync('gcc', ['-shared', '-fPIC', '-O1', '-Wall', '-o', path, SOURCE, '-ldl'])
  return (library = path)
}
