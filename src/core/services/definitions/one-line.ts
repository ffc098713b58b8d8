import { replaceHidden } from '../../errors/invisible.js'
import { KittyError } from '../../errors/kitty-error.js'
import { quoted } from '../../errors/secrets.js'
import { sentence } from '../../errors/next-step.js'

/** In characters. More belongs into the text. */
const LIMIT = 1_000

/**
 * Checks text that is about to become one line of a package's file and of the board.
 * @param what as in `title`
 * @returns the text without blanks around it
 * @throws KittyError UsageError for nothing, several lines, invisible or control characters, and too much text
 */
export function oneLine(text: string, what: 'title' | 'subtask'): string {
  const line = text.trim()
  const problem =
    line === ''
      ? 'is empty'
      : /[\n\r]/.test(line)
        ? 'has more than one line'
        : line.includes('\t') || replaceHidden(line, () => '') !== line
          ? 'has control or invisible characters'
          : line.length > LIMIT
            ? `is longer than ${LIMIT} characters`
            : undefined
  if (problem === undefined) return line
  throw new KittyError('UsageError', `The ${what} ${problem}: ${quoted(line, 60)}.`, {
    nextSteps: [sentence`Give the ${what} in one line, and the rest with --body.`],
    context: { [what]: quoted(line, 200) },
  })
}
