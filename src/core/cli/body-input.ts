import { KittyError } from '../errors/kitty-error.js'
import { readNamedFile } from '../files/named-file.js'

/** In bytes; more is no package's text, and stdin may never end. */
const LIMIT = 4 * 1024 * 1024

/**
 * Reads the text that `--body` names: a file, or stdin for `-`.
 * @throws KittyError UsageError, also where nothing came from stdin: the text there would be replaced by none
 */
export async function readBody(named: string | undefined): Promise<Buffer | undefined> {
  if (named === undefined) return undefined
  if (named !== '-') return readNamedFile(named)
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of process.stdin) {
    // Cast: stdin has no encoding set, so it gives bytes.
    const bytes = chunk as Buffer
    chunks.push(bytes)
    if ((size += bytes.length) > LIMIT) break
  }
  if (size === 0)
    throw new KittyError('UsageError', 'Nothing came from stdin, which --body - reads.', {
      nextSteps: ['pipe the text into the command', 'or name a file: --body FILE'],
    })
  return Buffer.concat(chunks)
}
