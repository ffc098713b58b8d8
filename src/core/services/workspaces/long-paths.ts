import { KittyError } from '../../errors/kitty-error.js'
import { shownCommand } from '../../errors/next-step.js'
import { askGitFields, askGitText } from '../../git/git.js'
import { PLATFORM } from '../../platform/system.js'

/** MAX_PATH without its NUL: git for Windows opens no longer path unless core.longpaths is set. */
const LONGEST = 259

export interface LongPath {
  readonly file: string
  readonly length: number
}

/**
 * The longest path that a worktree in `folder` would have, where Windows refuses it.
 * @param folder absolute @param revision what is checked out there
 */
export function tooLongPath(
  root: string,
  folder: string,
  revision: string,
  platform: NodeJS.Platform = PLATFORM,
): LongPath | undefined {
  if (platform !== 'win32') return undefined
  const files = askGitFields(root, ['ls-tree', '-r', '-z', '--full-tree', '--name-only', revision])
  const file = files.reduce((longest, one) => (one.length > longest.length ? one : longest), '')
  const length = folder.length + 1 + file.length
  if (length <= LONGEST) return undefined
  const isAllowed = askGitText(root, ['config', '--type=bool', 'core.longpaths']) === 'true'
  return isAllowed ? undefined : { file, length }
}

/** Before a package is claimed whose worktree git could not make. @throws KittyError UsageError */
export function refuseLongPath(
  root: string,
  folder: string,
  revision: string,
  platform: NodeJS.Platform = PLATFORM,
): void {
  const found = tooLongPath(root, folder, revision, platform)
  if (found === undefined) return
  throw new KittyError(
    'UsageError',
    `The path of ${found.file} would have ${found.length} characters in ${folder}, and Windows allows ${LONGEST}; nothing was done.`,
    {
      nextSteps: [
        ...allowLongPaths(),
        'Then run the command again, or use a repository with a shorter path.',
      ],
      context: { path: folder, file: found.file, length: found.length },
    },
  )
}

export function allowLongPaths(): ReturnType<typeof shownCommand> {
  return shownCommand(['git', 'config', 'core.longpaths', 'true'])
}
