import { appendDurably } from './append-file.js'
import { readOptional } from './read-optional.js'
import { emptyPrivateFile, writePrivateFile } from './private-file.js'

/** A file of lines in the private folder: lines are added one by one, durable, and a later line may cancel another. */
export class PrivateLines {
  constructor(private readonly path: string) {}

  /** @returns whole lines; what a crash cut short counts as not written */
  read(): string[] {
    const text = readOptional(this.path) ?? ''
    return text
      .slice(0, text.lastIndexOf('\n') + 1)
      .split('\n')
      .filter(Boolean)
  }

  /** Durable when it returns. @throws KittyError NotWritable, DiskFull */
  add(lines: readonly string[]): void {
    if (lines.length === 0) return
    appendDurably(this.path, Buffer.from(`${lines.join('\n')}\n`))
  }

  /** Durable, unless no line is left: after a power cut, the former lines may be there again. */
  replace(lines: readonly string[]): void {
    if (lines.length === 0) emptyPrivateFile(this.path)
    else writePrivateFile(this.path, `${lines.join('\n')}\n`)
  }
}
