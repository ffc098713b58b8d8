import type { Append } from '../files/append-file.js'

/** The file that was appended to last, left open for whoever appends to it again. */
export class LastAppend {
  #append: Append | undefined

  /** @param mayStayOpen Windows replaces no file that is open: neither git nor another kitty could. */
  constructor(private readonly mayStayOpen = process.platform !== 'win32') {}

  /** Ready for another append; undefined where the path names another file, which is then for the caller to open. */
  again(path: string): Append | undefined {
    const append = this.#append
    this.#append = undefined
    if (append === undefined || (append.path === path && append.again())) return append
    append.close()
    return undefined
  }

  /** Once nothing is left to be done with it. */
  keep(append: Append): void {
    this.close()
    if (this.mayStayOpen) this.#append = append
    else append.close()
  }

  close(): void {
    this.#append?.close()
    this.#append = undefined
  }
}
