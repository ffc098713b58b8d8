import { unbroken } from '../../errors/invisible.js'

/** Lines below one another. Each stays one line, whatever the names in it contain. */
export function plainLines(lines: readonly string[]): string {
  return lines.map(unbroken).join('\n')
}
