/** The known words that differ from a typed one in few letters, the nearest first. @param most edits */
export function nearWords(typed: string, known: readonly string[], most: number): string[] {
  return known
    .map((word) => ({ word, edits: edits(typed, word) }))
    .filter((one) => one.edits <= most)
    .sort((a, b) => a.edits - b.edits)
    .map(({ word }) => word)
}

/** How many characters have to be added, dropped or replaced to get from one word to the other (Levenshtein). */
function edits(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, at) => at)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1))
    }
    row = next
  }
  return row[b.length] ?? 0
}
