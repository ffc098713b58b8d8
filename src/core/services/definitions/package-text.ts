import { isUtf8 } from 'node:buffer'
import { KittyError } from '../../errors/kitty-error.js'
import { LIMITS } from '../../files/work-tree.js'
import { splitFrontMatter } from '../../specs/front-matter.js'

/**
 * Checks text that is about to become the body of a package's file.
 * @throws KittyError UsageError for what is not UTF-8 text and for too much of it
 */
export function packageBody(body: string | Buffer): string {
  const bytes = typeof body === 'string' ? Buffer.from(body) : body
  const problem =
    bytes.length > LIMITS.workPackage - 64 * 1024
      ? 'is too large for a package: put it into files of its own, and name them'
      : !isUtf8(bytes) || bytes.includes(0)
        ? 'is not UTF-8 text: save it as UTF-8'
        : undefined
  if (problem === undefined) return bytes.toString('utf8')
  throw new KittyError('UsageError', `The body ${problem}.`, { context: { bytes: bytes.length } })
}

/** The file with another body. Keeps its front matter byte for byte. */
export function withBody(file: Buffer, text: string | Buffer): Buffer {
  const body = Buffer.from(text)
  const block = splitFrontMatter(file)
  if (block.kind !== 'found') return body
  const head = file.subarray(0, block.bodyStart)
  const newline = head.includes('\r\n') ? '\r\n' : '\n'
  // The line that closes the front matter may be the file's last, without a line end.
  const ended = head.at(-1) === 0x0a ? '' : newline
  const blank = body.length === 0 || /^\r?\n/.test(body.toString('latin1', 0, 2)) ? '' : newline
  return Buffer.concat([head, Buffer.from(`${ended}${blank}`), body])
}

/** True if two files of a package have the same text below their front matter. */
export function hasSameBody(one: Buffer, other: Buffer): boolean {
  return bodyIn(one).equals(bodyIn(other))
}

/**
 * The text below a file's front matter, without the blanks and empty lines around it, byte for byte, even if it is not
 * UTF-8.
 */
export function textBelow(file: Buffer): Buffer {
  const text = bodyIn(file).toString('latin1')
  const start = /[^ \t\r\n]/.exec(text)?.index ?? text.length
  let end = text.length
  while (end > start && ' \t\r\n'.includes(text.charAt(end - 1))) end -= 1
  return Buffer.from(text.slice(start, end), 'latin1')
}

function bodyIn(file: Buffer): Buffer {
  const block = splitFrontMatter(file)
  return block.kind === 'found' ? file.subarray(block.bodyStart) : file
}
