import type { Resolver } from '../token.js'
import { BadRequest } from './failure-answer.js'

export type Answer = object | Uint8Array

/** What a route does with the services of one command. */
export type Work = (services: Resolver, given: Given) => Promise<Answer>

/** A query or a body, read by name. */
export class Given {
  readonly #values: Readonly<Record<string, unknown>>

  /** @throws BadRequest if the body is not an object */
  constructor(given: unknown) {
    if (given instanceof URLSearchParams) this.#values = Object.fromEntries(given)
    else if (typeof given === 'object' && given !== null && !Array.isArray(given)) this.#values = { ...given }
    else throw new BadRequest(400, 'The body is no object.')
  }

  /** @throws BadRequest if the value is missing or not a string */
  text(name: string): string {
    const value = this.#values[name]
    if (typeof value !== 'string') throw new BadRequest(400, `"${name}" is missing, or no text.`)
    return value
  }

  /** Returns undefined if the value is missing or empty. @throws BadRequest if it is not a string */
  optional(name: string): string | undefined {
    const value = this.#values[name]
    return value === undefined || value === '' ? undefined : this.text(name)
  }

  /** @throws BadRequest if the value is neither true nor false */
  flag(name: string): boolean {
    const value = this.#values[name]
    if (typeof value !== 'boolean') throw new BadRequest(400, `"${name}" is neither true nor false.`)
    return value
  }
}
