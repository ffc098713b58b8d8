import { existsSync } from 'node:fs'
import { isKittyError, type KittyError } from '../../errors/kitty-error.js'
import { assertSafe } from '../../files/assert-safe.js'
import { assertReachable, lookInside, makeFolderInside } from '../../files/work-tree.js'
import { ownTextFiles } from '../initialize.js'
import { readConfig } from '../../workspace/config.js'
import { findWorkspace, requireInitialized } from '../../workspace/find-workspace.js'
import { assertGitTrusts, gitText } from '../../git/git.js'
import type { Session } from '../../workspace/session.js'
import { byHand, type Check, repairable, type Verdict, well } from './check.js'
import type { NextStep } from '../../errors/next-step.js'

/** The oldest git with `worktree list --porcelain` and `check-attr -z` as used here. */
const OLDEST_GIT = [2, 22] as const

/**
 * Checks where kitty runs. Nothing else can be examined unless these pass, so the doctor stops at the first failure.
 */
export function placeChecks(session: Session): Check[] {
  const workspace = () => findWorkspace(session.cwd, session.env)
  return [
    { name: 'git', area: 'environment', look: () => gitVersion(session.cwd) },
    {
      name: 'repository',
      area: 'environment',
      look: () => {
        const { root, worktree } = workspace()
        assertGitTrusts(root)
        return well(root === worktree ? root : `${root} (this is its worktree ${worktree})`)
      },
    },
    {
      name: 'paths',
      area: 'environment',
      look: () => {
        const place = workspace()
        assertSafe(place)
        for (const path of ownTextFiles(place)) assertReachable(place.root, path)
        return well('no link or device replaces a file of kitty')
      },
    },
    {
      name: 'set-up',
      area: 'environment',
      look: () => {
        const { root, kittyDir, eventsDir } = workspace()
        requireInitialized(workspace())
        if (lookInside(root, eventsDir).state !== 'missing') return well(kittyDir)
        return repairable(`${eventsDir} is missing: the log is kept there`, 'makes the folder', () => {
          makeFolderInside(root, eventsDir)
        })
      },
    },
    {
      name: 'config',
      area: 'environment',
      look: () => {
        const { root, configFile } = workspace()
        readConfig(workspace())
        return well(
          lookInside(root, configFile).state === 'file' ? configFile : 'no settings: kitty uses its defaults',
        )
      },
    },
  ].map((check) => ({ ...check, area: 'environment' as const, look: refusalsAsVerdicts(check.look) }))
}

/** Turns an error that would refuse every command into a verdict with the same words. */
export function refusalsAsVerdicts(look: () => Verdict | Promise<Verdict>): () => Promise<Verdict> {
  return async () => {
    try {
      return await look()
    } catch (error) {
      if (!isKittyError(error)) throw error
      return byHand(error.message, ...typed(error))
    }
  }
}

function typed({ nextSteps }: KittyError): readonly (string | NextStep)[] {
  return nextSteps.length === 0 ? ['Put it right by hand, then run kitty doctor again.'] : nextSteps
}

function gitVersion(cwd: string): Verdict {
  const version = gitText(existsSync(cwd) ? cwd : '/', ['--version'])
  const [, major, minor] = /(\d{1,4})\.(\d{1,4})/.exec(version) ?? []
  if (major === undefined || minor === undefined)
    return byHand(`git does not say which version it is: ${version}`, 'Install git (https://git-scm.com).')
  const [oldMajor, oldMinor] = OLDEST_GIT
  const isOld = Number(major) < oldMajor || (Number(major) === oldMajor && Number(minor) < oldMinor)
  return isOld
    ? byHand(`${version} is too old: ${OLDEST_GIT.join('.')} or later is needed`, 'Install a newer git.')
    : well(version)
}
