import { execFileSync } from 'node:child_process'

export interface GitAnswer {
  /** 127 when there is no git to run. */
  readonly code: number
  readonly stdout: string
}

const TIMEOUT_MS = 10_000

/** Runs git and answers whatever it answered; never throws. For questions: it takes none of git's optional locks. */
export function runGit(cwd: string, args: readonly string[]): GitAnswer {
  // A git hook's own variables would point this git at another repository or a half-made index.
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('GIT_') || name.startsWith('GIT_CONFIG'))
  const env = { ...Object.fromEntries(inherited), GIT_OPTIONAL_LOCKS: '0', LC_ALL: 'C' }
  try {
    const stdout = execFileSync('git', args, { cwd, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'], timeout: TIMEOUT_MS })
    return { code: 0, stdout }
  } catch (error) {
    const status = typeof error === 'object' && error !== null && 'status' in error ? error.status : undefined
    return { code: typeof status === 'number' ? status : 127, stdout: '' }
  }
}
