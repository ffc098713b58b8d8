/**
 * Text from a log or a file may contain sequences that move a cursor, rename a window, or hide or reverse other text.
 * None of them may reach a terminal.
 */
import { replaceHidden } from '../../errors/invisible.js'

const LONE_SURROGATE = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g
// Removes the whole sequence; otherwise its tail, such as "[31m", would stay.
const ESCAPE_SEQUENCE = /(?:\u001b\[|\u009b)[0-9:;<=>?]{0,64}[ -/]{0,8}[@-~]/g

/** Removes control and invisible characters except tab and newline; a lone surrogate becomes U+FFFD. */
export function stripControl(text: string): string {
  if (/^[\t\n -~\u00a0-\u00ac\u00ae-\u02ff]*$/.test(text)) return text
  const visible = replaceHidden(text.replace(ESCAPE_SEQUENCE, '').replaceAll('\r', ''), () => '')
  return visible.replace(LONE_SURROGATE, '\ufffd')
}

/** Makes the text safe and puts it on one line: every run of white space becomes one space. */
export function oneLine(text: string): string {
  // A fast path: nearly every text is clean already, and a board calls this for thousands of packages.
  if (/^[ -~\u00a1-\u00ac\u00ae-\u02ff]*$/.test(text) && !/^ | {2}| $/.test(text)) return text
  return stripControl(text.replaceAll(/[\r\n\t\u2028\u2029 ]+/g, ' ')).trim()
}
