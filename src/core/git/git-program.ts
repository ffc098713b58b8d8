import { findProgram, fixedPath } from '../platform/find-program.js'
import { PLATFORM } from '../platform/system.js'
import { workTreesAround } from './checkout.js'
import { noGit } from './git-failure.js'

export interface GitHere {
  /** Git's absolute path. */
  readonly program: string
  /** The caller's environment, with a PATH on which git finds no program of a work tree's top folder. */
  readonly env: Readonly<Record<string, string | undefined>>
}

const found = new Map<
  string,
  { readonly program: string; readonly fixed: Readonly<Record<string, string>> }
>()

/** Looks git up, once per folder and PATH. @throws KittyError MissingDependency */
export function gitHere(folder: string): GitHere {
  const { env } = process
  const key = `${folder}\0${env['PATH'] ?? ''}`
  let known = found.get(key)
  if (known === undefined) {
    const outside = [...new Set([folder, process.cwd()].flatMap(workTreesAround))]
    const search = { env, platform: PLATFORM, outside }
    const program = findProgram('git', search)
    if (program === undefined) throw noGit(folder)
    known = { program, fixed: fixedPath(search) }
    found.set(key, known)
  }
  return { program: known.program, env: { ...env, ...known.fixed } }
}
