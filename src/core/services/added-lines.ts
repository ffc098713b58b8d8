/**
 * True if a text differs from an earlier one by nothing but some of these lines, which it has in addition.
 * @param before undefined where there was no text
 */
export function hasOnlyAdded(before: string | undefined, now: string, lines: readonly string[]): boolean {
  const had = linesOf(before ?? '')
  const known = new Set(had)
  const added = new Set(lines.filter((line) => !known.has(line)))
  const rest = linesOf(now).filter((line) => !added.has(line))
  return rest.length === had.length && rest.every((line, at) => line === had[at])
}

function linesOf(text: string): string[] {
  const lines = text.split(/\r?\n/)
  return lines.at(-1) === '' ? lines.slice(0, -1) : lines
}
