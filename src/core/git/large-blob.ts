import { boundedLines } from '../files/line-parts.js'
import { outputFile } from './output-file.js'

/**
 * Yields the lines of a blob as `boundedLines` does.
 * @param id Object ID.
 * @throws as `outputFile`
 */
export function* linesWithin(root: string, id: string, shortest: number): Generator<Buffer> {
  const { fd, remove } = outputFile(root, ['cat-file', 'blob', id])
  try {
    yield* boundedLines(fd, shortest)
  } finally {
    remove()
  }
}
