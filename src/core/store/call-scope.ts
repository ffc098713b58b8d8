import { AsyncLocalStorage } from 'node:async_hooks'

// One for all: Node looks at every storage that was ever used with every promise that is made, and forgets none, so
// that a process of many stores would grow slower with each.
const calls = new AsyncLocalStorage<ReadonlyMap<object, unknown>>()

/** A value that holds for one call and whatever it awaits, unseen by others that run meanwhile. */
export class CallScope<T> {
  /** Undefined outside of `run`. */
  get(): T | undefined {
    // A cast: `run` has put it there, under this very key.
    return calls.getStore()?.get(this) as T | undefined
  }

  run<R>(value: T, work: () => R): R {
    return calls.run(new Map(calls.getStore()).set(this, value), work)
  }
}
