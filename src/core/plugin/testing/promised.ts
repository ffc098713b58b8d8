/** One thing that has to hold: hand it to your test runner as `it(promise.name, promise.check)`. */
export interface Promised {
  readonly name: string
  /** @throws AssertionError where it does not hold */
  check(): void | Promise<void>
}

export function promised(name: string, check: () => void | Promise<void>): Promised {
  return { name, check }
}
