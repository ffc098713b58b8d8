import type { Line } from '../render/line.js'

/** The part of the lines that begins at `top`, or as close to it as fills the rows. */
export function scrolled(
  lines: readonly Line[],
  top: number,
  rows: number,
): { lines: readonly Line[]; top: number } {
  const first = Math.max(0, Math.min(top, lines.length - rows))
  return { lines: lines.slice(first, first + rows), top: first }
}
