import { KittyError } from '../errors/kitty-error.js'

/** The arguments of one tool call, read by name. They come from a model, so nothing about them is certain. */
export class ToolInput {
  constructor(
    private readonly tool: string,
    private readonly values: Readonly<Record<string, unknown>>,
    known: readonly string[],
  ) {
    const unknown = Object.keys(values).filter((name) => !known.includes(name))
    if (unknown.length > 0)
      throw this.#wrong(`it takes no ${unknown.join(', ')}; it takes ${known.join(', ')}`)
  }

  /** True if any of these was given. */
  has(...names: readonly string[]): boolean {
    return names.some((name) => this.values[name] !== undefined && this.values[name] !== null)
  }

  /**
   * Refuses what one use of the tool has no place for. `false` and an empty list ask for nothing.
   * @param use completes "it takes no x …", such as `with wp`
   * @throws KittyError UsageError
   */
  only(use: string, taken: readonly string[]): void {
    const others = Object.keys(this.values).filter((name) => !taken.includes(name) && this.#asks(name))
    if (others.length > 0)
      throw this.#wrong(`it takes no ${others.join(', ')} ${use}; ${use} it takes ${taken.join(', ')}`)
  }

  #asks(name: string): boolean {
    const value = this.values[name]
    return this.has(name) && value !== false && !(Array.isArray(value) && value.length === 0)
  }

  /** @throws KittyError UsageError if it is missing or not a text */
  text(name: string): string {
    const text = this.optional(name)
    if (text === undefined) throw this.#wrong(`"${name}" is missing`)
    return text
  }

  /** @throws KittyError UsageError if it is not a text */
  optional(name: string): string | undefined {
    if (!this.has(name)) return undefined
    const value = this.values[name]
    if (typeof value !== 'string') throw this.#wrong(`"${name}" is no text`)
    return value
  }

  /** @throws KittyError UsageError if it is neither true nor false */
  flag(name: string): boolean {
    const value = this.has(name) ? this.values[name] : false
    if (typeof value !== 'boolean') throw this.#wrong(`"${name}" is neither true nor false`)
    return value
  }

  /** @throws KittyError UsageError if it is no whole number from `min` to `max` */
  number(name: string, min: number, max = Number.MAX_SAFE_INTEGER): number | undefined {
    if (!this.has(name)) return undefined
    const value = this.values[name]
    if (typeof value === 'number' && Number.isSafeInteger(value) && value >= min && value <= max) return value
    const upTo = max === Number.MAX_SAFE_INTEGER ? 'up' : `to ${max}`
    throw this.#wrong(`"${name}" is no whole number from ${min} ${upTo}`)
  }

  /** A list of texts; one text is a list of one. @throws KittyError UsageError */
  list(name: string): readonly string[] {
    if (!this.has(name)) return []
    const value = this.values[name]
    const list: readonly unknown[] = Array.isArray(value) ? value : [value]
    if (!list.every((item): item is string => typeof item === 'string'))
      throw this.#wrong(`"${name}" is no list of texts`)
    return list
  }

  #wrong(reason: string): KittyError {
    return new KittyError('UsageError', `The arguments of ${this.tool} are wrong: ${reason}.`, {
      nextSteps: ['Call the tool with arguments that fit its inputSchema.'],
      context: { tool: this.tool },
    })
  }
}
