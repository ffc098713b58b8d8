declare const SERVED: unique symbol

/** Names a service in the container. `T` is its port; two copies of this module make the same symbol. */
export type Token<T> = symbol & { readonly [SERVED]?: T }

export function token<T>(name: string): Token<T> {
  return Symbol.for(`kitty.${name}.v1`)
}

/** A service with a single implementation is its own token: the class. */
export type ServiceClass<T> = abstract new (...dependencies: never[]) => T

/** What identifies a service: a port's token, or the class. */
export type ServiceId<T> = Token<T> | ServiceClass<T>

/** The part of the container that aspects may use. */
export interface Resolver {
  /** @throws MissingBinding when no service is bound to the token */
  resolve<T>(id: ServiceId<T>): Promise<T>
}

/**
 * Creates another container like this one, for a process that answers many requests: each one reads everything again.
 */
export const FreshContainer = token<() => Resolver>('FreshContainer')

/** No service is bound to a token: a bug in the wiring, never in the input. */
export class MissingBinding extends Error {
  override readonly name = 'MissingBinding'
}

const HOST = Symbol.for('kitty.container.v1')
const OPENED = Symbol.for('kitty.container-opened.v1')
const OWN = Symbol.for('kitty.resolver.v1')

/**
 * Makes `provide` supply the process's container. The composition root calls this once; the container is made on first
 * use.
 */
export function installHostContainer(provide: () => Promise<Resolver>): void {
  let container: Promise<Resolver> | undefined
  let hasFailed = false
  const opened = (): Promise<Resolver> =>
    provide().catch((error: unknown) => {
      hasFailed = true
      throw error
    })
  Object.defineProperty(globalThis, HOST, { configurable: true, get: () => (container ??= opened()) })
  Object.defineProperty(globalThis, OPENED, {
    configurable: true,
    get: () => container !== undefined && !hasFailed,
  })
}

/** True once something has resolved a service from the process's container; false if that could not be made. */
export function containerIsOpen(): boolean {
  return Reflect.get(globalThis, OPENED) === true
}

/** Associates a service with the container that made it. */
export function bindToResolver(instance: object, resolver: Resolver): void {
  Object.defineProperty(instance, OWN, { configurable: true, value: resolver })
}

/**
 * The container of an object: the one that made it, or else the process's.
 * @throws MissingBinding when there is none
 */
export async function resolverOf(instance: object): Promise<Resolver> {
  const own: unknown = Reflect.get(instance, OWN)
  const resolver: unknown = own ?? (await Reflect.get(globalThis, HOST))
  if (isResolver(resolver)) return resolver
  throw new MissingBinding(
    'No container is installed: start through bin/run.js, or make one with createContainer.',
  )
}

function isResolver(value: unknown): value is Resolver {
  return (
    typeof value === 'object' && value !== null && 'resolve' in value && typeof value.resolve === 'function'
  )
}
