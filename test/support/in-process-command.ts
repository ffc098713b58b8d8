import { Config } from '@oclif/core'
import { monotonicFactory } from 'ulid'
import { Printer } from '../../src/core/cli/print.js'
import { createContainer } from '../../src/core/di/container.js'
import { installHostContainer } from '../../src/core/token.js'
import type { Session } from '../../src/core/workspace/session.js'

export interface CommandFacts {
  readonly cwd: string
  readonly env?: Readonly<Record<string, string>>
  /** The clock of the whole command, and the time of every ID it makes. */
  readonly now: Date
}

export interface CommandAnswer {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** What `installHostContainer` leaves in the process, which goes on with the next file's tests. */
const HOST_CONTAINER = ['kitty.container.v1', 'kitty.container-opened.v1']

interface CommandClass {
  new (argv: string[], config: Config): { _run(): Promise<unknown> }
  id: string
}

/**
 * Runs one command of the program in this process, from its source: what it parses, does, prints and exits with. Time
 * and IDs are fixed, so the same command on the same repository prints the same bytes.
 */
export class CommandRunner {
  private constructor(
    private readonly config: Config,
    /** By ID, with colons. */
    readonly paths: ReadonlyMap<string, string>,
  ) {}

  static async create(
    root: string,
    commands: Readonly<Record<string, ManifestCommand>>,
  ): Promise<CommandRunner> {
    const config = new Config({ root, userPlugins: false, devPlugins: false })
    await config.load()
    const sourceOf = ({ relativePath }: ManifestCommand): string =>
      `${root}/${relativePath
        .join('/')
        .replace(/^dist\//, 'src/')
        .replace(/\.js$/, '.ts')}`
    return new CommandRunner(
      config,
      new Map(Object.entries(commands).map(([id, command]) => [id, sourceOf(command)])),
    )
  }

  /** The command that a command line runs, and its arguments. */
  commandOf(argv: readonly string[]): { readonly id: string; readonly rest: string[] } {
    for (let words = argv.length; words > 0; words--) {
      const id = argv.slice(0, words).join(':')
      if (this.paths.has(id)) return { id, rest: argv.slice(words) }
    }
    throw new Error(`no command: ${argv.join(' ')}`)
  }

  async run(argv: readonly string[], { cwd, env = {}, now }: CommandFacts): Promise<CommandAnswer> {
    const { id, rest } = this.commandOf(argv)
    const { default: command } = (await import(this.paths.get(id) ?? '')) as { default: CommandClass }
    command.id = id
    installHostContainer(async () => createContainer(fixedSession(cwd, env, now)))
    const [stdout, stderr] = [new Captured(), new Captured()]
    const instance = new command(rest, this.config)
    const printer = new Printer({ stdout, stderr, env: {} })
    Object.defineProperty(instance, 'printer', { value: printer })
    try {
      await instance._run()
      return { code: Number(process.exitCode ?? 0), stdout: stdout.text, stderr: stderr.text }
    } finally {
      process.exitCode = undefined
      for (const name of HOST_CONTAINER) Reflect.deleteProperty(globalThis, Symbol.for(name))
    }
  }
}

export interface ManifestCommand {
  readonly relativePath: readonly string[]
}

class Captured {
  text = ''
  readonly isTTY = false

  write(text: string): boolean {
    this.text += text
    return true
  }

  on(): void {
    // Nothing is ever lost here.
  }
}

function fixedSession(cwd: string, env: Readonly<Record<string, string>>, now: Date): Session {
  const nextUlid = monotonicFactory(() => 0.5)
  return {
    cwd,
    env,
    now: () => now,
    nextId: (at) => nextUlid(at.getTime()),
    progress: () => undefined,
    progressDone: () => undefined,
  }
}
