import { KittyError } from '../errors/kitty-error.js'
import { readNamedStart, readStart } from '../files/named-file.js'

/** In bytes; more is no package's text, and what is read may never end. */
const LIMIT = 4 * 1024 * 1024

/**
 * Reads the text that `--body` names: a file, or stdin for `-`.
 * @throws KittyError UsageError, also where nothing came from stdin: the text there would be replaced by none
 */
export async function readBody(named: string | undefined): Promise<Buffer | undefined> {
  if (named === undefined) return undefined
  if (named !== '-') return readNamedStart(named, LIMIT)
  const text = await readStart(process.stdin, LIMIT)
  if (text.length === 0)
    throw new KittyError('UsageError', 'Nothing came from stdin, which --body - reads.', {
      nextSteps: ['pipe the text into the command', 'or name a file: --body FILE'],
    })
  return text
}
