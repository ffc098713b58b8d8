/** As many names as a server looks up with each change. */
const MOST = 1_000

/**
 * The addresses that clients of the 2026 protocol listen for, in their own spelling: the SDK passes on what it is told
 * under such an address, and does not say which those are.
 */
export class ListenedNames {
  readonly #names = new Set<string>()

  /** @param message any message of a client */
  hear(message: unknown): void {
    if (at(message, 'method') !== 'subscriptions/listen') return
    const names = at(at(at(message, 'params'), 'notifications'), 'resourceSubscriptions')
    if (!Array.isArray(names)) return
    for (const name of names as readonly unknown[])
      if (typeof name === 'string' && this.#names.size < MOST) this.#names.add(name)
  }

  get all(): Iterable<string> {
    return this.#names
  }
}

function at(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined
}
