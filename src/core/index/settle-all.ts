/**
 * Every one's answer, or the first failure in their order: but not before the last of them has ended. What is still at work
 * when a transaction is rolled back would come in after it.
 */
export async function settleAll<T extends readonly Promise<unknown>[] | []>(
  works: T,
): Promise<{ -readonly [K in keyof T]: Awaited<T[K]> }> {
  await Promise.allSettled(works)
  return Promise.all(works)
}
