import { spawnSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { NO_EXTENSIONS } from '../../src/core/plugin/host/extensions.js'
import { createContainer } from '../../src/core/di/container.js'
import type { MoveRule } from '../../src/core/rules/move-rule.js'
import { PROGRAM, programEnvironment } from './program.js'
import { testSession } from './session.js'
import { tempFolder } from './temp-folder.js'
import { TempRepository } from './temp-repository.js'
import { EventStore, type Provenance } from '../../src/core/store/event-store.js'
import { FinalizeTasks } from '../../src/core/services/features/finalize-tasks.js'
import { Notices } from '../../src/core/errors/notices.js'
import type { Resolver, ServiceId } from '../../src/core/token.js'

export const FEATURE = '001-demo'

export interface StatedPackage {
  readonly dependencies?: readonly string[]
  readonly subtasks?: readonly string[]
}

export interface Answer {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/**
 * A repository without commits in which kitty is set up. Tests use it through services in this process or through the
 * built program.
 */
export class Project extends TempRepository {
  /** The clock of in-process operations; advances by one second per reading. */
  time = Date.parse('2026-11-22T10:00:00.000Z')

  constructor(config?: unknown) {
    super(tempFolder(), { commits: false })
    mkdirSync(this.path('.kittify', 'events'), { recursive: true })
    if (config !== undefined) this.configure(config)
  }

  configure(config: unknown): void {
    this.write('.kittify/config.json', typeof config === 'string' ? config : JSON.stringify(config))
  }

  /** Runs `work` with the services of a new container, as one process would, and closes it. */
  async use<T>(
    work: (services: Services) => Promise<T>,
    rules: readonly MoveRule[] = [],
    folder = '.',
  ): Promise<T> {
    const session = testSession({ cwd: this.path(folder), now: () => new Date((this.time += 1000)) })
    const services = new Services(createContainer(session, { ...NO_EXTENSIONS, moveRules: rules }))
    try {
      return await work(services)
    } finally {
      await (await services.get(EventStore)).close().catch(() => undefined)
    }
  }

  /** Writes the packages' files and their events. */
  async withPackages(packages: Readonly<Record<string, StatedPackage>>): Promise<this> {
    for (const [id, { dependencies = [], subtasks = [] }] of Object.entries(packages)) {
      const boxes = subtasks.map((subtask) => `- [ ] ${subtask} Do it\n`).join('')
      const list = (ids: readonly string[]): string => `[${ids.join(', ')}]`
      const keys = `work_package_id: ${id}\ntitle: Part ${id}\nlane: planned\ndependencies: ${list(dependencies)}\nsubtasks: ${list(subtasks)}\n`
      this.write(`kitty-specs/${FEATURE}/tasks/${id}-part.md`, `---\n${keys}---\n\n# Part\n\n${boxes}`)
    }
    const provenance = by('ada')
    await this.use(async (services) => {
      await (await services.get(FinalizeTasks)).finalize({ features: [FEATURE], all: false, provenance })
    })
    return this
  }

  /** True when git ignores the path. */
  ignores(path: string): boolean {
    return spawnSync('git', ['check-ignore', '--quiet', path], { cwd: this.root }).status === 0
  }

  /** Runs the built program in a separate process. */
  run(...args: string[]): Answer {
    const { status, stdout, stderr } = spawnSync(process.execPath, [PROGRAM, ...args], {
      cwd: this.root,
      encoding: 'utf8',
      env: { ...programEnvironment(), HOME: this.root },
      input: '',
    })
    return { code: status, stdout, stderr }
  }

  /** Runs the program with `--json` and parses its document. */
  json(...args: string[]): { readonly code: number | null; readonly document: Record<string, unknown> } {
    const { code, stdout } = this.run(...args, '--json')
    // Cast: a test fails when it reads from a document that is not an object.
    return { code, document: JSON.parse(stdout) as Record<string, unknown> }
  }
}

export class Services implements Resolver {
  constructor(private readonly resolver: Resolver) {}

  resolve<T>(token: ServiceId<T>): Promise<T> {
    return this.get(token)
  }

  get<T>(token: ServiceId<T>): Promise<T> {
    return this.resolver.resolve(token)
  }

  async warnings(): Promise<readonly string[]> {
    return (await this.get(Notices)).all
  }
}

export function by(actor: string, causationId: string | null = null): Provenance {
  return { actor, causationId, correlationId: null }
}
