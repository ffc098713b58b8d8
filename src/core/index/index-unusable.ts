/** The index cannot answer. `denied`: this user or this file system does not let us. `unavailable`: no SQLite. */
export class IndexUnusable extends Error {
  override readonly name = 'IndexUnusable'
  constructor(
    readonly reason: 'busy' | 'damaged' | 'denied' | 'unavailable',
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options)
  }
}

/**
 * The index named a line that is not in the file. Either the file was replaced after the index had answered, and the next
 * answer names other lines, or the index is damaged.
 */
export class LineNotThere extends IndexUnusable {
  constructor({ file, line }: { readonly file: string; readonly line: number }) {
    super('damaged', `it names ${file}:${line} for an event that is not there`)
  }
}
