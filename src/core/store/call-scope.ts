import { AsyncLocalStorage } from 'node:async_hooks'

// One storage for all scopes: for every promise, Node visits every AsyncLocalStorage that was ever used, and never
// forgets one. With a storage per store, a process with many stores would get slower with each one.
const calls = new AsyncLocalStorage<ReadonlyMap<object, unknown>>()

/** A value that holds for one call and everything it awaits; concurrent calls do not see it. */
export class CallScope<T> {
  /** Returns undefined outside of `run`. */
  get(): T | undefined {
    // Cast: `run` stored the value under this key.
    return calls.getStore()?.get(this) as T | undefined
  }

  run<R>(value: T, work: () => R): R {
    return calls.run(new Map(calls.getStore()).set(this, value), work)
  }
}
