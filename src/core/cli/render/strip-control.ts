/**
 * Text from a log or a file may hold what moves a cursor, renames a window, hides or reverses other text.
 * Nothing of the kind reaches a terminal.
 */
import { replaceHidden } from '../../errors/invisible.js'

const LONE_SURROGATE = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g
// The whole of a sequence goes, or its tail would stay behind as litter: "[31m".
const ESCAPE_SEQUENCE = /(?:\u001b\[|\u009b)[0-9:;<=>?]{0,64}[ -/]{0,8}[@-~]/g

/** The text without control and invisible characters, tab and newline kept; half a surrogate pair becomes U+FFFD. */
export function stripControl(text: string): string {
  if (/^[\t\n -~\u00a0-\u02ff]*$/.test(text)) return text
  const visible = replaceHidden(text.replace(ESCAPE_SEQUENCE, '').replaceAll('\r', ''), () => '')
  return visible.replace(LONE_SURROGATE, '\ufffd')
}

/** The text made safe and put on one line: every run of white space is one space. */
export function oneLine(text: string): string {
  // Nearly every text is so already, and a board of thousands of packages asks for each.
  if (/^[ -~\u00a1-\u02ff]*$/.test(text) && !/^ | {2}| $/.test(text)) return text
  return stripControl(text.replaceAll(/[\r\n\t\u2028\u2029 ]+/g, ' ')).trim()
}
