import type { SkippedFile } from '../../services/definitions/feature-plans.js'

/** A file that was not compared, and why; most reasons begin with the file. */
export function skippedLine({ file, reason }: SkippedFile): string {
  return reason.startsWith(file) ? `skipped: ${reason}` : `${file} skipped: ${reason}`
}
