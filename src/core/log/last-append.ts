import type { Append } from '../files/append-file.js'
import { IS_WINDOWS } from '../platform/system.js'

/** Keeps the last appended file open for the next append to it. */
export class LastAppend {
  #append: Append | undefined

  /** @param mayStayOpen False on Windows, which cannot replace an open file: neither git nor another kitty could. */
  constructor(private readonly mayStayOpen = !IS_WINDOWS) {}

  /**
   * Returns the file ready for another append; undefined if the path now names another file, which the caller must
   * open.
   */
  again(path: string): Append | undefined {
    const append = this.#append
    this.#append = undefined
    if (append === undefined || (append.path === path && append.again())) return append
    append.close()
    return undefined
  }

  /** Call this when the append is complete. */
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
