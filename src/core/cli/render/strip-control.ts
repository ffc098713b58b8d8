/**
 * Text from a log or a file may hold what moves a cursor, renames a window, hides or reverses other text.
 * Nothing of the kind reaches a terminal.
 */

/** All of C0 but tab and newline, DEL, all of C1, and what reverses or isolates the direction of writing. */
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g
// Tag characters and line separators print nothing or break a line where no newline stands.
const INVISIBLE = /[\u2028\u2029\ufff9-\ufffb\ufeff]|[\u{e0000}-\u{e007f}]/gu
const LONE_SURROGATE = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g
// The whole of a sequence goes, or its tail would stay behind as litter: "[31m".
const ESCAPE_SEQUENCE = /(?:\u001b\[|\u009b)[0-9:;<=>?]{0,64}[ -/]{0,8}[@-~]/g

/** The text without control characters, tab and newline kept; half a surrogate pair becomes U+FFFD. */
export function stripControl(text: string): string {
  if (/^[\t\n -~\u00a0-\u02ff]*$/.test(text)) return text
  return text
    .replace(ESCAPE_SEQUENCE, '')
    .replace(CONTROL, '')
    .replace(INVISIBLE, '')
    .replace(LONE_SURROGATE, '\ufffd')
}

/** The text made safe and put on one line: every run of white space is one space. */
export function oneLine(text: string): string {
  // Nearly every text is so already, and a board of thousands of packages asks for each.
  if (/^[ -~\u00a1-\u02ff]*$/.test(text) && !/^ | {2}| $/.test(text)) return text
  return stripControl(text.replaceAll(/[\r\n\t\u2028\u2029 ]+/g, ' ')).trim()
}
