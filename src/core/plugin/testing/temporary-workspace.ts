import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createContainer } from '../../di/container.js'
import type { LogEvent } from '../../events-lib.js'
import { git } from '../../git/git.js'
import { type Draft, EventStore } from '../../store/event-store.js'
import type { StampedDefinition } from '../definition.js'
import { embeddedSession } from '../open-repository.js'
import { extensionsOf } from '../host/extensions.js'
import { Initialize } from '../../services/initialize.js'
import { FinalizeTasks } from '../../services/features/finalize-tasks.js'
import { MoveTask } from '../../services/moves/move-task.js'
import type { Resolver, ServiceId } from '../../token.js'
import { realPlace } from '../../platform/paths.js'
import { removeTree } from '../../platform/remove-path.js'

export interface WorkspaceOptions {
  /** Definitions whose event types and move checks the program knows. Their hooks do not run. */
  readonly plugins?: readonly StampedDefinition[]
  readonly actor?: string
}

/** The work packages to create, by ID. */
export type WorkPackageSpecs = Readonly<
  Record<string, { readonly title?: string; readonly dependencies?: readonly string[] }>
>

/**
 * A real repository in a temporary folder, with kitty set up in it: real files, real git, the program's own services.
 */
export class TemporaryWorkspace {
  readonly #resolver: Resolver
  readonly #actor: string
  readonly #newResolver: () => Resolver

  private constructor(
    readonly root: string,
    { plugins = [], actor = 'ada' }: WorkspaceOptions,
  ) {
    this.#actor = actor
    const loaded = plugins.map((definition) => ({ definition, module: '' }))
    this.#newResolver = () =>
      createContainer(embeddedSession(root, { KITTY_ACTOR: actor }), { ...extensionsOf(loaded), hooks: [] })
    this.#resolver = this.#newResolver()
  }

  /** Creates a workspace. Remove it with `dispose`. */
  static async create(options: WorkspaceOptions = {}): Promise<TemporaryWorkspace> {
    const root = realPlace(mkdtempSync(join(tmpdir(), 'kitty-workspace-')))
    git(root, ['init', '--quiet', '--initial-branch=main'], { env: { GIT_CONFIG_GLOBAL: '/dev/null' } })
    const workspace = new TemporaryWorkspace(root, options)
    const initialise = await workspace.service(Initialize)
    initialise.initialise()
    return workspace
  }

  service<T>(token: ServiceId<T>): Promise<T> {
    return this.#resolver.resolve(token)
  }

  get store(): Promise<EventStore> {
    return this.service(EventStore)
  }

  /** Opens another store on the same log, as another process would. Close it before `dispose`. */
  openStore(): Promise<EventStore> {
    return this.#newResolver().resolve(EventStore)
  }

  /** Creates a feature with work packages and finalizes it. @param slug such as `017-login` */
  async feature(slug: string, workPackages: WorkPackageSpecs): Promise<void> {
    this.write(`kitty-specs/${slug}/spec.md`, `# ${slug}\n`)
    for (const [id, { title = id, dependencies = [] }] of Object.entries(workPackages)) {
      const front = `work_package_id: ${id}\ntitle: ${title}\nlane: planned\ndependencies: [${dependencies.join(', ')}]\n`
      this.write(`kitty-specs/${slug}/tasks/${id}.md`, `---\n${front}---\n`)
    }
    const service = await this.service(FinalizeTasks)
    await service.finalize({ features: [slug], all: false, provenance: this.#provenance })
  }

  async move(feature: string, workPackage: string, to: string): Promise<void> {
    const service = await this.service(MoveTask)
    await service.move({ feature, workPackage, to, force: false, provenance: this.#provenance })
  }

  async emit(...drafts: readonly Draft[]): Promise<readonly LogEvent[]> {
    return (await this.store).emit(drafts, this.#provenance)
  }

  write(path: string, content: string): void {
    const absolute = join(this.root, path)
    mkdirSync(dirname(absolute), { recursive: true })
    writeFileSync(absolute, content)
  }

  async dispose(): Promise<void> {
    await (await this.store).close()
    removeTree(this.root)
  }

  get #provenance() {
    return { actor: this.#actor, causationId: null, correlationId: null }
  }
}
