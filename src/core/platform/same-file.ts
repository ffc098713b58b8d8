/** What tells one file from another, as lstat and fstat give it with `bigint`. */
interface WhichFile {
  readonly dev: bigint
  readonly ino: bigint
}

/**
 * Whether two looks were at one file. Devices are compared only where both looks know theirs: on Windows some versions
 * of Node (22.12 to 22.16, 24.0 and 24.1) say 0 in lstat and the real number in fstat.
 */
export function isSameFile(one: WhichFile, other: WhichFile): boolean {
  return one.ino === other.ino && (one.dev === other.dev || one.dev === 0n || other.dev === 0n)
}
