import { systemCode } from '../errors/kitty-error.js'
import { gitEnvironment } from './environment.js'
import {
  GitRefusal,
  notAnswered,
  reasonIn,
  stopped,
  unreadableCommit,
  unsafeRepository,
} from './git-failure.js'
import { gitHere } from './git-program.js'

export { GitRefusal } from './git-failure.js'

/** Timeout for queries, in milliseconds. Commands that change something have no timeout. */
export const QUESTION_TIMEOUT_MS = 30_000

export interface GitOptions {
  readonly input?: string | Buffer
  /** A file that gets git's output; nothing is returned then. */
  readonly outputTo?: number
  /** Added to the environment. */
  readonly env?: Readonly<Record<string, string>>
  /** Milliseconds after which git is stopped; no limit if omitted. */
  readonly timeout?: number
  /** For `gitUpTo`, in bytes: git is stopped when it writes more. */
  readonly most?: number
}

/**
 * Runs git in `folder` and returns its output. Every failure has a kind, so a caller never mistakes "could not run git"
 * for git's "no".
 * @throws GitRefusal if git exits with anything but 0.
 * @throws KittyError UnsafeSetup if git refuses the repository because of its owner; MissingDependency if git is not
 * installed; GitFailure if git could not be run, took too long or was stopped.
 */
export function git(folder: string, args: readonly string[], options: GitOptions = {}): Buffer {
  return outputOf(folder, args, run(folder, args, options))
}

/** Like `git`, but returns undefined if git would write more than `most` bytes. */
export function gitUpTo(folder: string, args: readonly string[], options: GitOptions): Buffer | undefined {
  const ran = run(folder, args, options)
  return ran.isCut ? undefined : outputOf(folder, args, ran)
}

function outputOf(folder: string, args: readonly string[], { status, stdout, stderr }: Ran): Buffer {
  if (status === 0) return stdout
  const refusal = new GitRefusal(folder, args, status, reasonIn(stderr), stderr)
  // Some commands look for a repository themselves and print a different message if they may not use it.
  throw unsafeRepository(folder, stderr) ?? (refusal.isNo ? undefined : distrusted(folder)) ?? refusal
}

/**
 * Like `git`, for commands whose exit code 1 says something too: returns their output for 0 and for 1.
 * @throws as `git` for everything else
 */
export function gitEither(folder: string, args: readonly string[]): { isYes: boolean; output: Buffer } {
  const { status, stdout, stderr } = run(folder, args, { timeout: QUESTION_TIMEOUT_MS })
  if (status === 0 || status === 1) return { isYes: status === 0, output: stdout }
  throw unsafeRepository(folder, stderr) ?? new GitRefusal(folder, args, status, reasonIn(stderr), stderr)
}

/**
 * Like `git`, for output of any size: yields it as git writes it, and git waits for the reader.
 * @throws as `git`, after the last chunk
 */
export async function* gitChunks(
  folder: string,
  args: readonly string[],
  input: string,
): AsyncGenerator<Buffer> {
  const { spawn } = process.getBuiltinModule('node:child_process')
  const { program, env } = gitHere(folder)
  const child = spawn(program, args, {
    cwd: folder,
    env: gitEnvironment(env),
    windowsHide: true,
  })
  const ended = new Promise<{ status: number; stderr: string }>((resolve, reject) => {
    const said: Buffer[] = []
    child.stderr.on('data', (chunk: Buffer) => said.push(chunk))
    child.on('error', (error) => reject(notAnswered(folder, args, error)))
    child.on('close', (status, signal) => {
      if (status === null) reject(stopped(folder, args, signal ?? 'a signal'))
      else resolve({ status, stderr: Buffer.concat(said).toString('utf8') })
    })
  })
  // A failure is reported when `ended` is awaited, and not before someone does.
  ended.catch(() => undefined)
  // If git ended without reading its input, its status says why.
  child.stdin.on('error', () => undefined)
  child.stdin.end(input)
  let isWhole = false
  try {
    // Cast: a stream without an encoding yields buffers.
    for await (const chunk of child.stdout) yield chunk as Buffer
    isWhole = true
  } finally {
    if (!isWhole) child.kill()
  }
  const { status, stderr } = await ended
  if (status === 0) return
  throw unsafeRepository(folder, stderr) ?? new GitRefusal(folder, args, status, reasonIn(stderr), stderr)
}

/** Like `git`, but returns text without its last newline. */
export function gitText(folder: string, args: readonly string[], options: GitOptions = {}): string {
  return git(folder, args, options).toString('utf8').replace(/\n$/, '')
}

/**
 * Queries git and returns its output byte for byte. Undefined only if git answers no (exit 1).
 * @throws as `git` for everything else, including no answer within 30 s.
 */
export function askGit(
  folder: string,
  args: readonly string[],
  input?: readonly string[],
): Buffer | undefined {
  try {
    return git(folder, args, {
      timeout: QUESTION_TIMEOUT_MS,
      ...(input && { input: `${input.join('\n')}\n` }),
    })
  } catch (error) {
    if (error instanceof GitRefusal && error.isNo) return undefined
    throw error
  }
}

/** Like `askGit`, but returns text without its last newline. */
export function askGitText(folder: string, args: readonly string[]): string | undefined {
  return askGit(folder, args)?.toString('utf8').replace(/\n$/, '')
}

/** Like `askGit`, but returns the NUL-terminated fields of the answer. Empty if git answers no. */
export function askGitFields(folder: string, args: readonly string[]): string[] {
  const fields = (askGit(folder, args)?.toString('utf8') ?? '').split('\0')
  return fields.at(-1) === '' ? fields.slice(0, -1) : fields
}

/**
 * Returns the commit that a revision names, or undefined. Git never reads the revision as an option.
 * @throws as `git` if git cannot answer in this folder at all; KittyError GitFailure if HEAD or a branch names a
 * commit that git cannot read
 */
export function resolveCommit(folder: string, revision: string): string | undefined {
  // An empty name would mean HEAD's `^{commit}`; a NUL cannot be passed to a process.
  if (revision === '' || revision.includes('\0')) return undefined
  const ask = (name: string): string | undefined =>
    askGitText(folder, ['rev-parse', '--verify', '--quiet', '--end-of-options', name])
  try {
    const commit = ask(`${revision}^{commit}`)
    if (commit !== undefined || !/^(?:HEAD$|refs\/)/.test(revision)) return commit
    const named = ask(revision)
    if (named === undefined) return undefined
    throw unreadableCommit(folder, revision, named)
  } catch (error) {
    // Git fails fatally on `HEAD@{99}` and `@{upstream}` if they do not exist, and on everything if it cannot read its
    // configuration or the repository.
    if (
      error instanceof GitRefusal &&
      run(folder, ['rev-parse', '--git-dir'], { timeout: QUESTION_TIMEOUT_MS }).status === 0
    )
      return undefined
    throw error
  }
}

/** @throws KittyError UnsafeSetup if git refuses the repository of `folder` because of its owner. */
export function assertGitTrusts(folder: string): void {
  const refused = distrusted(folder)
  if (refused !== undefined) throw refused
}

function distrusted(folder: string): Error | undefined {
  const { status, stderr } = run(folder, ['rev-parse', '--git-dir'], { timeout: QUESTION_TIMEOUT_MS })
  return status === 0 ? undefined : unsafeRepository(folder, stderr)
}

interface Ran {
  readonly status: number
  readonly stdout: Buffer
  readonly stderr: string
  /** Git was stopped because it wrote more than it was allowed to. */
  readonly isCut: boolean
}

function run(folder: string, args: readonly string[], options: GitOptions): Ran {
  const { input, timeout, outputTo, most = Number.POSITIVE_INFINITY } = options
  const { program, env } = gitHere(folder)
  // Loaded lazily: most commands do not run git.
  const { spawnSync } = process.getBuiltinModule('node:child_process')
  const ran = spawnSync(program, args, {
    cwd: folder,
    env: { ...gitEnvironment(env), ...options.env },
    input: input ?? '',
    maxBuffer: most,
    windowsHide: true,
    ...(outputTo !== undefined && { stdio: ['pipe', outputTo, 'pipe'] }),
    ...(timeout !== undefined && { timeout }),
  })
  if (systemCode(ran.error) === 'ENOBUFS')
    return { status: 0, stdout: Buffer.alloc(0), stderr: '', isCut: true }
  // If git exited without reading its input, its stderr says why.
  const isUnread = systemCode(ran.error) === 'EPIPE' && ran.status !== null
  if (ran.error !== undefined && !isUnread) throw notAnswered(folder, args, ran.error)
  if (ran.status === null) throw stopped(folder, args, ran.signal ?? 'a signal')
  return { status: ran.status, stdout: ran.stdout, stderr: ran.stderr.toString('utf8'), isCut: false }
}
