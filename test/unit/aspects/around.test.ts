import { describe, expect, it } from 'vitest'
import { around, MisusedAspect } from '../../../src/aspects/around.js'
import {
  bindToResolver,
  MissingBinding,
  type Resolver,
  type ServiceId,
  type Token,
} from '../../../src/core/token.js'

const GREETING: Token<string> = Symbol.for('test.Greeting')

/** A container that serves `services` and nothing else. */
function serving(services: ReadonlyMap<unknown, unknown> = new Map()): Resolver {
  return {
    resolve: async <T>(token: ServiceId<T>): Promise<T> => {
      if (!services.has(token)) throw new MissingBinding(`${String(token)} is not bound`)
      return services.get(token) as T // the test put it there under this token
    },
  }
}

describe('advice', () => {
  it('runs around the method, the first decorator outermost', async () => {
    const said: string[] = []
    const saying = (name: string) =>
      around<object>(name, async (call, proceed) => {
        said.push(`${name} before ${call.name}`)
        const answer = await proceed()
        said.push(`${name} after`)
        return answer
      })
    class Service {
      @saying('Outer')
      @saying('Inner')
      async work(n: number): Promise<number> {
        said.push('the method')
        return n + 1
      }
    }
    expect(await new Service().work(1)).toBe(2)
    expect(said).toEqual([
      'Outer before Service.work',
      'Inner before Service.work',
      'the method',
      'Inner after',
      'Outer after',
    ])
  })

  it('may run the method again, each time with the same arguments and this', async () => {
    const twice = around<object>('Twice', async (_, proceed) => {
      await proceed()
      return proceed()
    })
    class Counter {
      total = 0
      @twice
      async add(n: number): Promise<number> {
        this.total += n
        return this.total
      }
    }
    expect(await new Counter().add(4)).toBe(8)
  })

  it('keeps two concurrent calls apart', async () => {
    const calls: unknown[] = []
    const noting = around<object>('Noting', async (call, proceed) => {
      await Promise.resolve()
      calls.push(call.args[0])
      return proceed()
    })
    class Echo {
      @noting
      async say(text: string): Promise<string> {
        return text
      }
    }
    const echo = new Echo()
    expect(await Promise.all([echo.say('a'), echo.say('b')])).toEqual(['a', 'b'])
    expect(calls).toEqual(['a', 'b'])
  })

  it('gets its services from the container the instance belongs to', async () => {
    const greeting = around<object>('Greeting', async (call, proceed) => {
      said.push(await call.resolve(GREETING))
      return proceed()
    })
    const said: string[] = []
    class Service {
      @greeting
      async work(): Promise<void> {}
    }
    for (const text of ['hello', 'good day']) {
      const service = new Service()
      bindToResolver(service, serving(new Map([[GREETING, text]])))
      await service.work()
    }
    expect(said).toEqual(['hello', 'good day'])
  })

  it('passes on what the method throws, unchanged', async () => {
    const quiet = around<object>('Quiet', (_, proceed) => proceed())
    const thrown = new Error('of its own')
    class Failing {
      @quiet
      async work(): Promise<void> {
        throw thrown
      }
    }
    await expect(new Failing().work()).rejects.toBe(thrown)
  })
})

describe('misuse is loud', () => {
  const asking = around<object>('Asking', async (call, proceed) => {
    await call.resolve(GREETING)
    return proceed()
  })
  const plain = around<object>('Plain', (_, proceed) => proceed())

  it('a token that nothing serves is named with class and method, and the bare method never runs', async () => {
    let ran = false
    class Service {
      @asking
      async work(): Promise<void> {
        ran = true
      }
    }
    const service = new Service()
    bindToResolver(service, serving())
    await expect(service.work()).rejects.toThrow(MisusedAspect)
    await expect(service.work()).rejects.toThrow(
      /@Asking on Service\.work: nothing serves Symbol\(test\.Greeting\)/,
    )
    expect(ran).toBe(false)
  })

  it('an instance without a container says how to get one', async () => {
    class Stray {
      @asking
      async work(): Promise<void> {}
    }
    await expect(new Stray().work()).rejects.toThrow(/Stray\.work.*No container is installed/)
  })

  it('a decorated field is refused when the class is defined', () => {
    const target = { constructor: { name: 'Plugin' } }
    // What a plugin in plain JavaScript may do: no descriptor stands for a field.
    const decorate = plain as unknown as (
      target: object,
      name: string,
      descriptor?: PropertyDescriptor,
    ) => void
    expect(() => decorate(target, 'field')).toThrow(
      /@Plain on Plugin\.field: it goes on an async method|@Plain on Object\.field/,
    )
  })

  it('a method that answers no promise is refused when it is called', async () => {
    class Sync {
      // The cast is what plain JavaScript does without saying so.
      work(): Promise<number> {
        return 1 as unknown as Promise<number>
      }
    }
    const descriptor = Object.getOwnPropertyDescriptor(Sync.prototype, 'work') as TypedPropertyDescriptor<
      () => Promise<number>
    >
    plain(Sync.prototype, 'work', descriptor)
    Object.defineProperty(Sync.prototype, 'work', descriptor)
    await expect(new Sync().work()).rejects.toThrow('@Plain on Sync.work: the method must be async.')
  })
})
