/**
 * Does what is done once, right before the program ends, without V8 optimising it on another thread meanwhile: Node
 * waits at its end until that is finished, which takes longer than it saves [5 ms of a board of two thousand packages].
 */
export async function withoutOptimising<T>(work: () => T): Promise<T> {
  const { setFlagsFromString } = await import('node:v8')
  setFlagsFromString('--no-turbofan')
  try {
    return work()
  } finally {
    // Compiled code is kept for the next start together with the flags it was made under.
    setFlagsFromString('--turbofan')
  }
}
