/** A front matter value as its author spelled it: `1.10` stays "1.10" and `true` stays "true". */
interface At {
  /** Line in the file, starting at 1. */
  readonly line: number
}

export type Value = At &
  (
    | { readonly kind: 'none' }
    | { readonly kind: 'scalar'; readonly text: string }
    | { readonly kind: 'list'; readonly items: readonly Value[] }
    | { readonly kind: 'mapping'; readonly keys: ReadonlyMap<string, Value> }
  )

/** What is wrong with a file, and on which line. */
export interface Problem {
  readonly line: number
  readonly problem: string
}

/** The line, starting at 1, that holds the character at `at`. */
export function lineOf(text: string, at: number): number {
  let line = 1
  for (
    let newline = text.indexOf('\n');
    newline !== -1 && newline < at;
    newline = text.indexOf('\n', newline + 1)
  )
    line++
  return line
}
