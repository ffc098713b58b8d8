import { spawnSync } from 'node:child_process'
import { cpSync, lstatSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { tempFolder } from './temp-folder.js'
import { gitIn } from './temp-repository.js'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

export interface Outcome {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/**
 * A small checkout with this program's own scripts and a library of one function, whose value identifies the version.
 */
export class EventsLibCheckout {
  constructor(readonly root = tempFolder()) {}

  static create(repository = 'git+ssh://git@example.invalid/kitty.git'): EventsLibCheckout {
    const checkout = new EventsLibCheckout()
    checkout.git('init', '--quiet', '--initial-branch=main')
    cpSync(join(ROOT, 'scripts/events-lib'), join(checkout.root, 'scripts/events-lib'), { recursive: true })
    cpSync(join(ROOT, 'scripts/events-lib.mjs'), join(checkout.root, 'scripts/events-lib.mjs'))
    cpSync(join(ROOT, 'tsconfig/base.json'), join(checkout.root, 'tsconfig/base.json'))
    checkout.write('.gitignore', 'node_modules/\ndist/\n')
    checkout.write(
      'packages/events/tsconfig.json',
      readFileSync(join(ROOT, 'packages/events/tsconfig.json'), 'utf8'),
    )
    checkout.write(
      'packages/events/package.json',
      readFileSync(join(ROOT, 'packages/events/package.json'), 'utf8'),
    )
    checkout.library('first')
    checkout.write(
      'package.json',
      `${JSON.stringify({ name: 'kittify', type: 'module', eventsLib: { repository, path: 'packages/events' } }, null, 2)}\n`,
    )
    checkout.commit('library')
    checkout.installTypescript()
    return checkout
  }

  /** Clones only the branch `main`. */
  cloneOf(...options: string[]): EventsLibCheckout {
    const folder = tempFolder()
    gitIn(folder, 'clone', '--quiet', ...options, `file://${this.root}`, '.')
    const clone = new EventsLibCheckout(folder)
    clone.installTypescript()
    return clone
  }

  installTypescript(): void {
    mkdirSync(join(this.root, 'node_modules'), { recursive: true })
    symlinkSync(join(ROOT, 'node_modules/typescript'), join(this.root, 'node_modules/typescript'), 'junction')
  }

  library(says: string): void {
    this.write('packages/events/src/index.ts', `export const says = '${says}'\n`)
  }

  /** Commits everything and returns the hash. */
  commit(message: string): string {
    this.git('add', '--all')
    this.git('commit', '--quiet', '--message', message)
    return this.git('rev-parse', 'HEAD').trim()
  }

  /** Pins the latest commit and commits the pin. */
  pinned(): this {
    const done = this.run('pin')
    if (done.code !== 0) throw new Error(done.stderr)
    this.commit('pin')
    return this
  }

  get pin(): Record<string, string> {
    // A cast: this class wrote the file.
    return (
      JSON.parse(readFileSync(join(this.root, 'package.json'), 'utf8')) as {
        eventsLib: Record<string, string>
      }
    ).eventsLib
  }

  setPin(changes: Readonly<Record<string, string>>): void {
    this.write(
      'package.json',
      JSON.stringify({ name: 'kittify', type: 'module', eventsLib: { ...this.pin, ...changes } }),
    )
  }

  run(...args: string[]): Outcome {
    return this.runWith({}, ...args)
  }

  runWith(env: NodeJS.ProcessEnv, ...args: string[]): Outcome {
    const inherited = Object.entries(process.env).filter(([name]) => !/^(GIT_|SSH_|KITTY_EVENTS_)/.test(name))
    const done = spawnSync(process.execPath, [join(this.root, 'scripts/events-lib.mjs'), ...args], {
      cwd: this.root,
      encoding: 'utf8',
      env: { ...Object.fromEntries(inherited), GIT_CONFIG_GLOBAL: '/dev/null', ...env },
    })
    return { code: done.status, stdout: done.stdout, stderr: done.stderr }
  }

  /** The value of the installed library's function; undefined when none is installed. */
  get installed(): string | undefined {
    try {
      return /says = '(.*)'/.exec(
        readFileSync(join(this.root, 'node_modules/kitty-events/dist/index.js'), 'utf8'),
      )?.[1]
    } catch {
      return undefined
    }
  }

  get isLinked(): boolean {
    return lstatSync(join(this.root, 'node_modules/kitty-events')).isSymbolicLink()
  }

  get stamp(): unknown {
    return JSON.parse(readFileSync(join(this.root, 'dist/events-lib.json'), 'utf8')) as unknown
  }

  git(...args: string[]): string {
    return gitIn(this.root, ...args)
  }

  write(path: string, content: string): void {
    const absolute = join(this.root, path)
    mkdirSync(dirname(absolute), { recursive: true })
    writeFileSync(absolute, content)
  }
}
