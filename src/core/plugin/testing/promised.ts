/** One check of a contract. Pass it to your test runner as `it(promise.name, promise.check)`. */
export interface Promised {
  readonly name: string
  /** @throws AssertionError if it does not hold */
  check(): void | Promise<void>
}

export function promised(name: string, check: () => void | Promise<void>): Promised {
  return { name, check }
}
