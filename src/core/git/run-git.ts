import { execFileSync } from 'node:child_process'

export interface GitAnswer {
  /** 127 when there is no git to run. */
  readonly code: number
  readonly stdout: string
}

const TIMEOUT_MS = 10_000

/** Runs git and answers whatever it answered; never throws. For questions: it takes none of git's optional locks. */
export function runGit(cwd: string, args: readonly string[]): GitAnswer {
  try {
    return { code: 0, stdout: git(cwd, args).toString('utf8') }
  } catch (error) {
    const status = typeof error === 'object' && error !== null && 'status' in error ? error.status : undefined
    return { code: typeof status === 'number' ? status : 127, stdout: '' }
  }
}

/** What git prints, byte for byte; nothing where it fails. */
export function gitBytes(cwd: string, args: readonly string[]): Buffer {
  try {
    return git(cwd, args)
  } catch {
    return Buffer.alloc(0)
  }
}

function git(cwd: string, args: readonly string[]): Buffer {
  // A git hook's own variables would point this git at another repository or a half-made index.
  const inherited = Object.entries(process.env).filter(
    ([name]) => !name.startsWith('GIT_') || name.startsWith('GIT_CONFIG'),
  )
  return execFileSync('git', args, {
    cwd,
    env: { ...Object.fromEntries(inherited), GIT_OPTIONAL_LOCKS: '0', LC_ALL: 'C' },
    stdio: ['ignore', 'pipe', 'ignore'],
    timeout: TIMEOUT_MS,
    maxBuffer: Number.POSITIVE_INFINITY,
  })
}
