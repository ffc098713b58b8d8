import { KittyError, systemCode } from '../errors/kitty-error.js'
import { shownCommand } from '../errors/next-step.js'

/** Git completed and exited with a status other than 0. */
export class GitRefusal extends KittyError {
  constructor(
    folder: string,
    args: readonly string[],
    readonly status: number,
    /** Git's message, without `fatal:`. */
    readonly reason: string,
    /** Everything that git, or a hook, wrote to stderr. */
    readonly said = reason,
  ) {
    const what = commandOf(args)
    super('GitFailure', `Git ${what} failed in ${folder}: ${sentence(reason)}`, {
      nextSteps: isNameless(said)
        ? [
            ...shownCommand(['git', 'config', '--global', 'user.name', 'NAME']),
            ...shownCommand(['git', 'config', '--global', 'user.email', 'NAME@EXAMPLE.ORG']),
          ]
        : shownCommand(['git', '-C', folder, 'status'], 'what git says'),
      context: { folder, command: what, status, git: reason },
    })
  }

  /** Git exits with 1 to answer no: no such key, no such revision, nothing ignored. */
  get isNo(): boolean {
    return this.status === 1
  }
}

/**
 * Recognizes git's refusal of a repository that belongs to someone else (git-config(1), `safe.directory`) and returns
 * an error with git's own remedy; undefined for any other message.
 */
export function unsafeRepository(folder: string, stderr: string): KittyError | undefined {
  if (!/^fatal: (?:detected dubious ownership in|unsafe) repository/m.test(stderr)) return undefined
  const path =
    /^fatal: detected dubious ownership in repository at '(.{1,4096})'$/m.exec(stderr)?.[1] ?? folder
  return new KittyError('UnsafeSetup', `${path} belongs to another user, and git refuses to work in it.`, {
    nextSteps: shownCommand(['git', 'config', '--global', '--add', 'safe.directory', path]),
    context: { path },
  })
}

/** Git found no name or address to commit with: a user without a passwd entry, a container without a configuration. */
function isNameless(said: string): boolean {
  return /^(?:\*\*\* Please tell me who you are|fatal: (?:unable to auto-detect|no (?:name|email) was given|empty ident name))/m.test(
    said,
  )
}

/** HEAD or a branch names a commit, and git has no such object, or a damaged one. */
export function unreadableCommit(folder: string, revision: string, named: string): KittyError {
  return new KittyError(
    'GitFailure',
    `${revision} of ${folder} is ${named}, a commit that git cannot read.`,
    {
      nextSteps: [
        ...shownCommand(['git', '-C', folder, 'fsck'], 'what is missing'),
        'Fetch it from another clone (git fetch), or restore the branch to a commit that is there.',
      ],
      context: { folder, revision, commit: named },
    },
  )
}

/** Git could not be run, or was stopped before it answered, so the answer is unknown. */
export function notAnswered(folder: string, args: readonly string[], cause: Error): KittyError {
  const code = systemCode(cause)
  const isLate = code === 'ETIMEDOUT'
  return new KittyError(
    'GitFailure',
    isLate
      ? `Git ${commandOf(args)} in ${folder} gave no answer in time.`
      : `Git ${commandOf(args)} could not be run in ${folder}: ${sentence(cause.message)}`,
    {
      nextSteps: isLate
        ? ['Run the command again when the disk and the network are less busy.']
        : stepsFor(code),
      context: { folder, command: commandOf(args), code: code ?? null },
      cause,
    },
  )
}

function stepsFor(code: string | undefined): string[] {
  if (code === 'EMFILE') return ['raise the limit: ulimit -n 1024']
  if (code === 'EAGAIN' || code === 'ENOMEM' || code === 'ENFILE')
    return ['Run the command again when fewer programs are running.']
  return ['Check that the folder is there and that git can be run.']
}

/** A signal ended git: a person or the system stopped it. */
export function stopped(folder: string, args: readonly string[], signal: string): KittyError {
  return new KittyError('GitFailure', `Git ${commandOf(args)} in ${folder} was stopped by ${signal}.`, {
    nextSteps: ['Run the command again.'],
    context: { folder, command: commandOf(args), signal },
  })
}

export function noGit(folder: string): KittyError {
  return new KittyError(
    'MissingDependency',
    'There is no git on the PATH, or only one inside this work tree, which is never run.',
    {
      nextSteps: ['Install git (https://git-scm.com), or put its folder on the PATH.'],
      context: { folder },
    },
  )
}

/** Reduces git's stderr to one line: the first fatal one, otherwise the last. */
export function reasonIn(stderr: string): string {
  const lines = stderr.split('\n').filter((line) => line.trim() !== '')
  const fatal = lines.find((line) => /^(fatal|error): /.test(line)) ?? lines.at(-1) ?? 'it said nothing'
  return fatal.replace(/^(fatal|error): /, '')
}

function sentence(text: string): string {
  return `${text.replace(/\.$/, '')}.`
}

/** Returns the subcommand, without the settings before it and the arguments after it. */
function commandOf(args: readonly string[]): string {
  const at = args.findIndex((word, n) => !word.startsWith('-') && args[n - 1] !== '-c')
  return args[at] ?? args[0] ?? ''
}
