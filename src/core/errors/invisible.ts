/**
 * Characters that print nothing, move the cursor or reverse text. They hide text from people, while programs and agents
 * read it. docs/trust.md, "Text".
 */

/** Control characters except tab and newline, bidi controls, and everything that Unicode says is drawn as nothing. */
const UNSEEN =
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\u{1bca0}-\u{1bca3}\u{1d173}-\u{1d17a}\u{e0000}-\u{e0fff}]/gu
const PRINTABLE = /^[\t\n\r -~\u00a0-\u00ac\u00ae-\u02ff]*$/

/** Removes invisible characters; tab, newline and carriage return stay. */
export function withoutInvisible(text: string): string {
  return PRINTABLE.test(text) ? text : text.replace(UNSEEN, '')
}

/** Of a script whose letters join depending on U+200C and U+200D. Made when it is needed: the scripts' tables cost time. */
const isJoining = (char: string): boolean =>
  /[\p{Script=Arabic}\p{Script=Syriac}\p{Script=Mongolian}\p{Script=Nko}\p{Script=Devanagari}\p{Script=Bengali}\p{Script=Gurmukhi}\p{Script=Gujarati}\p{Script=Oriya}\p{Script=Tamil}\p{Script=Telugu}\p{Script=Kannada}\p{Script=Malayalam}\p{Script=Sinhala}\p{Script=Khmer}\p{Script=Myanmar}\p{M}]/u.test(
    char,
  )
const isPicture = (char: string): boolean => /[\p{Extended_Pictographic}\p{Emoji_Modifier}\ufe0f]/u.test(char)
/** England, Scotland and Wales: U+1F3F4, the letters of gbeng, gbsct or gbwls as tags, and the cancel tag. */
const FLAG =
  /\u{1f3f4}\u{e0067}\u{e0062}(?:\u{e0065}\u{e006e}\u{e0067}|\u{e0073}\u{e0063}\u{e0074}|\u{e0077}\u{e006c}\u{e0073})\u{e007f}/gu

/**
 * Replaces every invisible character that has no meaning in its context: joiners in words and emoji stay, and so do
 * three flags.
 */
export function replaceHidden(text: string, replacement: (char: string) => string): string {
  if (PRINTABLE.test(text)) return text
  let kept = ''
  let end = 0
  for (const flag of text.matchAll(FLAG)) {
    kept += replaced(text.slice(end, flag.index), replacement) + flag[0]
    end = flag.index + flag[0].length
  }
  return kept + replaced(text.slice(end), replacement)
}

function replaced(text: string, replacement: (char: string) => string): string {
  return text.replace(UNSEEN, (char, at: number) => (hasMeaning(text, char, at) ? char : replacement(char)))
}

function hasMeaning(text: string, char: string, at: number): boolean {
  const before = charBefore(text, at)
  const after = String.fromCodePoint(text.codePointAt(at + char.length) ?? 0)
  if (char === '\ufe0f') return /\p{Emoji}/u.test(before)
  if (char === '\u200c') return isJoining(before) && (isJoining(after) || /[\s\0]/.test(after))
  if (char !== '\u200d') return false
  return (isJoining(before) && isJoining(after)) || (isPicture(before) && isPicture(after))
}

function charBefore(text: string, at: number): string {
  if (at === 0) return ''
  const low = text.charCodeAt(at - 1)
  return low >= 0xdc00 && low <= 0xdfff ? text.slice(at - 2, at) : text.charAt(at - 1)
}

/** Line breaks, also those that only some readers take for one. */
const BREAKS = /[\n\r\v\f\u0085\u2028\u2029]+/g

/**
 * The text in one line: every run of line breaks becomes one space, but for one at the end. Agents do what the lines of an
 * output say, and a file name, a branch or a title from a repository may have lines of its own. docs/trust.md, "Text and
 * secrets".
 */
export function unbroken(text: string): string {
  return text.replace(BREAKS, (run, at: number) => (at + run.length === text.length ? '' : ' '))
}
