import { statSync } from 'node:fs'
import { isAbsolute, join } from 'node:path'
import { systemCode } from '../errors/kitty-error.js'
import { readOptional } from '../files/read-optional.js'
import { IS_WINDOWS } from '../platform/system.js'
import { plainSetting } from './config-file.js'
import { askGitText } from './git.js'

type Environment = Readonly<Record<string, string | undefined>>

/** What moves git's configuration elsewhere, or adds to it. */
const MOVES_CONFIGURATION = /^GIT_(?:CONFIG|DIR$|COMMON_DIR$|WORK_TREE$)/

/**
 * Git's `user.name` as it applies in a worktree; undefined if it is not set. Most writes need it, and starting git takes
 * a seventh of their time: git is asked only where its files leave a doubt.
 * @throws KittyError if git fails: falling back to the system's user would log someone else.
 */
export function gitUserName(
  { worktree, gitCommonDir }: { readonly worktree: string; readonly gitCommonDir: string },
  env: Environment,
): string | undefined {
  return plainUserName(gitCommonDir, env) ?? askGitText(worktree, ['config', '--get', 'user.name'])?.trim()
}

/** As the first of git's files that has the setting says, when it and those before it can be read without git. */
function plainUserName(gitCommonDir: string, env: Environment): string | undefined {
  if (IS_WINDOWS || Object.keys(env).some((name) => MOVES_CONFIGURATION.test(name))) return undefined
  try {
    // Git takes no settings from another user's repository.
    if (statSync(gitCommonDir).uid !== process.getuid?.()) return undefined
    for (const file of configurationFiles(gitCommonDir, env)) {
      const setting = plainSetting(readOptional(file) ?? '', 'user.name')
      if (setting === undefined || setting.value !== undefined) return setting?.value || undefined
    }
    return undefined
  } catch (error) {
    if (systemCode(error) === undefined) throw error
    return undefined
  }
}

/** Those before the system's, whose place only git knows. The first that has a setting decides: git-config(1), "Files". */
function configurationFiles(gitCommonDir: string, { HOME, XDG_CONFIG_HOME }: Environment): string[] {
  const repository = join(gitCommonDir, 'config')
  if (HOME === undefined || !isAbsolute(HOME)) return [repository]
  const xdg = XDG_CONFIG_HOME || join(HOME, '.config')
  return [repository, join(HOME, '.gitconfig'), join(xdg, 'git', 'config')]
}
