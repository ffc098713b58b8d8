/**
 * The beginning of a text, which does not end in half of a character.
 * @param length in UTF-16 code units, as `text.length`
 */
export function beginning(text: string, length: number): string {
  const cut = text.slice(0, length)
  return /[\ud800-\udbff]$/.test(cut) ? cut.slice(0, -1) : cut
}
