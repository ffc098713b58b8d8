import { KittyError, systemCode } from '../errors/kitty-error.js'

const MAX_OUTPUT = Number.POSITIVE_INFINITY

export interface GitOptions {
  readonly input?: string | Buffer
  /** Added to the environment. */
  readonly env?: Readonly<Record<string, string>>
}

/** Git ran and said no. */
export class GitRefusal extends Error {
  override readonly name = 'GitRefusal'
  constructor(
    readonly status: number,
    /** What git said, without `fatal:`. */
    readonly reason: string,
  ) {
    super(reason)
  }
}

/**
 * Runs git in `folder` and answers what it printed. Optional locks are not taken, so that looking never touches
 * anybody's index.
 * @throws GitRefusal when git exits with anything but 0; KittyError MissingDependency when there is no git.
 */
export function git(folder: string, args: readonly string[], options: GitOptions = {}): Buffer {
  // A git hook's own variables would point this git at another repository or a half-made index.
  const inherited = Object.entries(process.env).filter(
    ([name]) => !name.startsWith('GIT_') || PASSED_ON.has(name),
  )
  // Loaded here, since most commands ask git nothing.
  const { spawnSync } = process.getBuiltinModule('node:child_process')
  const ran = spawnSync('git', args, {
    cwd: folder,
    env: {
      ...Object.fromEntries(inherited),
      GIT_OPTIONAL_LOCKS: '0',
      GIT_TERMINAL_PROMPT: '0',
      LC_ALL: 'C',
      ...options.env,
    },
    input: options.input ?? '',
    maxBuffer: MAX_OUTPUT,
  })
  if (ran.error !== undefined) throw notRun(ran.error, folder)
  if (ran.status === 0) return ran.stdout
  throw new GitRefusal(ran.status ?? -1, reasonIn(ran.stderr.toString('utf8')))
}

/** As `git`, as text without its last newline. */
export function gitText(folder: string, args: readonly string[], options: GitOptions = {}): string {
  return git(folder, args, options).toString('utf8').replace(/\n$/, '')
}

/** As `gitText`; undefined where git says no. */
export function askGit(
  folder: string,
  args: readonly string[],
  options: GitOptions = {},
): string | undefined {
  try {
    return gitText(folder, args, options)
  } catch (error) {
    if (error instanceof GitRefusal) return undefined
    throw error
  }
}

/** The commit a revision names, or undefined. Whatever it looks like, it is never taken for an option. */
export function resolveCommit(folder: string, revision: string): string | undefined {
  // An empty name would be HEAD's `^{commit}`; a NUL cannot be passed to a process at all.
  if (revision === '' || revision.includes('\0')) return undefined
  return askGit(folder, ['rev-parse', '--verify', '--quiet', '--end-of-options', `${revision}^{commit}`])
}

/** Who commits, and which configuration holds: a caller's choice, not a hook's state. */
const PASSED_ON: ReadonlySet<string> = new Set([
  'GIT_CONFIG_GLOBAL',
  'GIT_CONFIG_SYSTEM',
  'GIT_CONFIG_NOSYSTEM',
  'GIT_AUTHOR_NAME',
  'GIT_AUTHOR_EMAIL',
  'GIT_COMMITTER_NAME',
  'GIT_COMMITTER_EMAIL',
  'GIT_EXEC_PATH',
])

function reasonIn(stderr: string): string {
  const lines = stderr.split('\n').filter((line) => line.trim() !== '')
  const fatal = lines.find((line) => /^(fatal|error): /.test(line)) ?? lines.at(-1) ?? 'it said nothing'
  return fatal.replace(/^(fatal|error): /, '')
}

function notRun(error: Error, folder: string): unknown {
  if (systemCode(error) !== 'ENOENT') return error
  return new KittyError('MissingDependency', `git could not be run in ${folder}`, {
    nextSteps: ['install git, or put it on the PATH', `see that the folder is there: ls -d ${folder}`],
    context: { folder },
    cause: error,
  })
}
