import { spawnSync } from 'node:child_process'
import { delimiter, join } from 'node:path'
import { inject } from 'vitest'
import { POSIX } from '../../support/posix.js'
import { kittyCommand, placesOf } from './commands.js'

export interface Installation {
  /** A clone of this repository, set up. */
  readonly clone: string
  /** The packed program. */
  readonly tarball: string
  /** Where it was installed with `npm install -g --prefix`. */
  readonly prefix: string
  /** A folder for whatever the tests make; gone afterwards. */
  readonly scratch: string
  /** For npm: what keeps the native module from being compiled once more. */
  readonly npmEnv: Readonly<Record<string, string>>
}

declare module 'vitest' {
  interface ProvidedContext {
    installation: Installation
  }
}

export interface Ran {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** The installed program, as one user of it. */
export class InstalledKitty {
  readonly #data: string

  constructor(
    user: string,
    readonly installation: Installation = inject('installation'),
  ) {
    this.#data = join(installation.scratch, 'data', user)
  }

  get root(): string {
    return join(placesOf(this.installation.prefix).packages, 'kittify')
  }

  get env(): NodeJS.ProcessEnv {
    const { PATH = '', HOME = '' } = process.env
    const { bin } = placesOf(this.installation.prefix)
    return {
      // No program of Windows starts without variables of the system's own.
      ...(POSIX ? { HOME } : process.env),
      PATH: `${bin}${delimiter}${PATH}`,
      KITTY_DATA_DIR: this.#data,
      XDG_CACHE_HOME: join(this.#data, 'cache'),
      KITTY_ACTOR: 'ada',
      GIT_CONFIG_GLOBAL: '/dev/null',
      GIT_AUTHOR_NAME: 'Ada',
      GIT_AUTHOR_EMAIL: 'ada@example.org',
      GIT_COMMITTER_NAME: 'Ada',
      GIT_COMMITTER_EMAIL: 'ada@example.org',
      ...this.installation.npmEnv,
    }
  }

  run(cwd: string, ...args: string[]): Ran {
    return this.runWith({}, cwd, ...args)
  }

  runWith(env: NodeJS.ProcessEnv, cwd: string, ...args: string[]): Ran {
    const [program, ...before] = kittyCommand(this.installation.prefix)
    return this.command({ ...this.env, ...env }, cwd, program, ...before, ...args)
  }

  /** Any program, with this kitty on the path. */
  command(env: NodeJS.ProcessEnv, cwd: string, name: string, ...args: string[]): Ran {
    const done = spawnSync(name, args, { cwd, encoding: 'utf8', env, maxBuffer: 64 << 20 })
    if (done.error) throw done.error
    return { code: done.status, stdout: done.stdout, stderr: done.stderr }
  }

  /** As `run`. @throws Error with what it said unless it succeeds */
  ok(cwd: string, ...args: string[]): string {
    const done = this.run(cwd, ...args)
    if (done.code !== 0) throw new Error(`kitty ${args.join(' ')} exits ${String(done.code)}: ${done.stderr}`)
    return done.stdout
  }
}
