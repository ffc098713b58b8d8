import { MissingBinding, resolverOf, type ServiceId } from '../core/token.js'

/** One call of a method wrapped by an aspect. */
export interface Call<This extends object> {
  readonly instance: This
  /** `Class.method`, for messages. */
  readonly name: string
  readonly args: readonly unknown[]
  /**
   * Returns the service behind a token.
   * @throws MisusedAspect naming class, method and token when the container has no such service
   */
  resolve<T>(id: ServiceId<T>): Promise<T>
}

/** Advice runs around the method. `proceed` runs the method itself (or the next aspect), and may be called again. */
export type Advice<This extends object> = <R>(call: Call<This>, proceed: () => Promise<R>) => Promise<R>

type AsyncMethod<A extends unknown[], R> = (...args: A) => Promise<R>

/** A method decorator that compiles only on an async method of a class with `This`'s fields. */
export type Aspect<This extends object> = <A extends unknown[], R>(
  target: This,
  method: string | symbol,
  descriptor: TypedPropertyDescriptor<AsyncMethod<A, R>>,
) => void

/** Thrown when an aspect is on something it cannot wrap. The call never falls through to the bare method. */
export class MisusedAspect extends Error {
  override readonly name = 'MisusedAspect'
}

/** Turns advice into a method decorator. Keep state in the call or the instance, never in the closure. */
export function around<This extends object>(aspect: string, advice: Advice<This>): Aspect<This> {
  return <A extends unknown[], R>(
    target: This,
    method: string | symbol,
    descriptor: TypedPropertyDescriptor<AsyncMethod<A, R>>,
  ): void => {
    // A field has no value here, and no type keeps a plain JavaScript plugin from decorating one.
    const original = (descriptor as typeof descriptor | undefined)?.value
    const name = `${className(target)}.${String(method)}`
    if (typeof original !== 'function')
      throw new MisusedAspect(`@${aspect} on ${name}: it goes on an async method.`)
    descriptor.value = async function (this: This, ...args: A): Promise<R> {
      const proceed = async (): Promise<R> => {
        const answer: unknown = original.apply(this, args)
        if (!(answer instanceof Promise))
          throw new MisusedAspect(`@${aspect} on ${name}: the method must be async.`)
        return answer as Promise<R> // the descriptor's type says what the promise holds
      }
      return advice(
        { instance: this, name, args, resolve: (id) => resolveFor(this, aspect, name, id) },
        proceed,
      )
    }
  }
}

async function resolveFor<T>(instance: object, aspect: string, name: string, id: ServiceId<T>): Promise<T> {
  try {
    return await (await resolverOf(instance)).resolve(id)
  } catch (error) {
    if (!(error instanceof MissingBinding)) throw error
    throw new MisusedAspect(`@${aspect} on ${name}: nothing serves ${nameOf(id)}. ${error.message}`, {
      cause: error,
    })
  }
}

function nameOf(id: ServiceId<unknown>): string {
  return typeof id === 'symbol' ? String(id) : id.name
}

function className(target: object): string {
  return typeof target === 'function' ? `static ${target.name}` : target.constructor.name
}

/** Assigns a service to a field that the class declares. */
export function give<K extends string, V>(instance: { readonly [key in K]?: V }, field: K, value: V): void {
  Object.defineProperty(instance, field, { configurable: true, enumerable: false, value })
}
