/**
 * Stands in for a function of the process while plugins' code runs. Pieces of that code overlap and end in any order:
 * the process gets its own function back with the last of them.
 */
export class StandIn<Name extends 'exit' | 'emitWarning'> {
  #users = 0
  #own: NodeJS.Process[Name]

  constructor(
    private readonly name: Name,
    private readonly instead: NodeJS.Process[Name],
  ) {
    this.#own = process[name]
  }

  begin(): void {
    if (this.#users === 0) {
      this.#own = process[this.name]
      process[this.name] = this.instead
    }
    this.#users += 1
  }

  end(): void {
    this.#users -= 1
    if (this.#users === 0) process[this.name] = this.#own
  }
}
