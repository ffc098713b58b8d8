/** Lines of a text held as one character per byte (latin1), so that every index is a byte offset. */

export interface Line {
  readonly start: number
  /** Excludes the line end. */
  readonly end: number
  /** Includes the line end. */
  readonly next: number
}

/** The line that begins at `at`. LF and CRLF end a line; a lone CR does not. */
export function lineAt(text: string, at: number, to: number): Line {
  const newline = text.indexOf('\n', at)
  const next = newline === -1 || newline >= to ? to : newline + 1
  let end = next
  if (end > at && text[end - 1] === '\n') end--
  if (end > at && text[end - 1] === '\r') end--
  return { start: at, end, next }
}

export function skipBlanks(text: string, at: number, end: number): number {
  let index = at
  while (index < end && isBlank(text[index])) index++
  return index
}

export function isBlank(char: string | undefined): boolean {
  return char === ' ' || char === '\t'
}
