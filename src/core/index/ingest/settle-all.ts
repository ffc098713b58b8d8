/**
 * Like Promise.all, but waits for every promise to settle first: a statement still running after ROLLBACK would run
 * outside the transaction.
 */
export async function settleAll<T extends readonly Promise<unknown>[] | []>(
  works: T,
): Promise<{ -readonly [K in keyof T]: Awaited<T[K]> }> {
  await Promise.allSettled(works)
  return Promise.all(works)
}
