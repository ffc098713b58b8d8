import 'reflect-metadata'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  around,
  ContainerModule,
  EventStore,
  inject,
  injectable,
  Notices,
  token,
} from '../../../src/core/plugin/services.js'
import { createContainer } from '../../../src/core/di/container.js'
import { definePlugin, type StampedDefinition } from '../../../src/core/plugin/definition.js'
import { extensionsOf } from '../../../src/core/plugin/host/extensions.js'
import { openRepository } from '../../../src/core/plugin/open-repository.js'
import { TemporaryWorkspace } from '../../../src/core/plugin/testing/temporary-workspace.js'
import { Status } from '../../../src/core/services/board/status.js'
import { MoveTask } from '../../../src/core/services/moves/move-task.js'
import { bindToResolver, MissingBinding, type Resolver } from '../../../src/core/token.js'
import { testSession } from '../../support/session.js'

interface Greeting {
  readonly text: string
}
const Greeting = token<Greeting>('test.Greeting')

@injectable()
class CountsEvents {
  constructor(
    @inject(EventStore) private readonly store: EventStore,
    @inject(Greeting) private readonly greeting: Greeting,
  ) {}

  async count(): Promise<string> {
    return `${this.greeting.text} ${(await this.store.read()).length}`
  }
}

const withBindings = (name: string, load: StampedDefinition['bindings']): StampedDefinition =>
  definePlugin({ name, ...(load !== undefined && { bindings: load }) })

const counting = new ContainerModule(({ bind }) => {
  bind<Greeting>(Greeting).toConstantValue({ text: 'events:' })
  bind(CountsEvents).toSelf().inSingletonScope()
})

describe('the services of a plugin', () => {
  let workspace: TemporaryWorkspace
  const resolverWith = (...plugins: StampedDefinition[]): Resolver =>
    createContainer(
      testSession({ cwd: workspace.root }),
      extensionsOf(plugins.map((definition) => ({ definition, module: '' }))),
    )

  beforeEach(async () => {
    workspace = await TemporaryWorkspace.create()
    await workspace.feature('001-x', { WP01: {} })
  })
  afterEach(() => workspace.dispose())

  it('find the services of the program and of their own plugin', async () => {
    const resolver = resolverWith(withBindings('counts', async () => ({ default: counting })))
    const service = await resolver.resolve(CountsEvents)
    expect(await service.count()).toBe('events: 2')
    expect(await resolver.resolve(CountsEvents)).toBe(service)
    await (await resolver.resolve(EventStore)).close()
  })

  it('are loaded only when something asks for a service that kitty does not bind', async () => {
    let loads = 0
    const load = async () => {
      loads += 1
      return { default: counting }
    }
    const resolver = resolverWith(withBindings('counts', load))
    await (await resolver.resolve(EventStore)).read()
    expect(loads).toBe(0)
    await Promise.all([resolver.resolve(CountsEvents), resolver.resolve(Greeting)])
    expect(loads).toBe(1)
    await (await resolver.resolve(EventStore)).close()
  })

  it('are not loaded for a class of kitty, and cannot replace it', async () => {
    let loads = 0
    const resolver = resolverWith(
      withBindings('greedy', async () => {
        loads += 1
        return {
          default: new ContainerModule(
            ({ bind }) => void bind<unknown>(Status).toConstantValue({ text: 'mine' }),
          ),
        }
      }),
    )
    expect(await resolver.resolve(MoveTask)).toBeInstanceOf(MoveTask)
    expect(await resolver.resolve(Status)).toBeInstanceOf(Status)
    expect(loads).toBe(0)
    await expect(resolver.resolve(Greeting)).rejects.toThrow(MissingBinding)
    expect(loads).toBe(1)
    expect(await resolver.resolve(Status)).toBeInstanceOf(Status)
    await (await resolver.resolve(EventStore)).close()
  })

  it('are found under a class that only the bindings know', async () => {
    class Port {
      constructor(readonly text: string) {}
    }
    const bound = new ContainerModule(({ bind }) => void bind(Port).toConstantValue(new Port('by hand')))
    const resolver = resolverWith(withBindings('by-hand', async () => ({ default: bound })))
    expect((await resolver.resolve(Port)).text).toBe('by hand')
  })

  it('cannot replace a service of the program, or of another plugin', async () => {
    const greedy = new ContainerModule(({ bind }) => {
      bind<unknown>(EventStore).toConstantValue({ text: 'mine' })
      bind<Greeting>(Greeting).toConstantValue({ text: 'mine' })
    })
    const resolver = resolverWith(
      withBindings('counts', async () => ({ default: counting })),
      withBindings('greedy', async () => ({ default: greedy })),
    )
    expect(await resolver.resolve(Greeting)).toEqual({ text: 'events:' })
    expect(await (await resolver.resolve(CountsEvents)).count()).toBe('events: 2')
    expect(await resolver.resolve(EventStore)).not.toEqual({ text: 'mine' })
    await (await resolver.resolve(EventStore)).close()
  })

  it('are left out with a warning when they cannot be loaded, and everything else works', async () => {
    const resolver = resolverWith(
      withBindings('broken', () => Promise.reject(new Error('no such module'))),
      withBindings('counts', async () => ({ default: counting })),
    )
    expect(await (await resolver.resolve(CountsEvents)).count()).toBe('events: 2')
    expect((await resolver.resolve(Notices)).all).toEqual([
      'The services of the plugin broken were left out: no such module. Repair it, or uninstall it.',
    ])
    await (await resolver.resolve(EventStore)).close()
  })

  it('are missed by name where no plugin binds them', async () => {
    await expect(resolverWith().resolve(Greeting)).rejects.toThrow(MissingBinding)
    await expect(resolverWith().resolve(Greeting)).rejects.toThrow('kitty.test.Greeting')
  })

  it("may be reached from an aspect of the plugin's own", async () => {
    const greeted: string[] = []
    const Greeted = around<object>('Greeted', async (call, proceed) => {
      greeted.push((await call.resolve(Greeting)).text)
      return proceed()
    })
    const repository = await openRepository({
      folder: workspace.root,
      plugins: [withBindings('counts', async () => ({ default: counting }))],
    })
    class Job {
      @Greeted
      async run(): Promise<number> {
        return greeted.length
      }
    }
    const job = new Job()
    bindToResolver(job, { resolve: (id) => repository.service(id) })
    expect(await job.run()).toBe(1)
    expect(greeted).toEqual(['events:'])
    await repository.close()
  })
})

describe('a repository that another program opens', () => {
  let workspace: TemporaryWorkspace
  beforeEach(async () => {
    workspace = await TemporaryWorkspace.create()
    await workspace.feature('001-x', { WP01: {} })
  })
  afterEach(() => workspace.dispose())

  it('moves a package as the command line would, and can be closed', async () => {
    const repository = await openRepository({ folder: workspace.root, actor: 'grace' })
    const moves = await repository.service(MoveTask)
    await moves.move({
      feature: '001-x',
      workPackage: 'WP01',
      to: 'doing',
      force: false,
      provenance: repository.provenance('move-once'),
    })
    const [last] = (await repository.store.read()).slice(-1)
    expect(last).toMatchObject({ event_type: 'WPStatusChanged', actor: 'grace', causation_id: 'move-once' })
    expect(repository.warnings()).toEqual([])
    expect(repository.root).toBe(workspace.root)
    await repository.close()
  })

  it('is refused where kitty is not set up, with what to type', async () => {
    await expect(openRepository({ folder: '/' })).rejects.toMatchObject({ kind: 'NotAGitRepository' })
  })
})
