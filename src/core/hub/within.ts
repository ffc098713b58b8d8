import type { Socket } from 'node:net'
import type { HubPlace } from './hub-failure.js'
import { unreachable } from './hub-failure.js'

/**
 * Waits for an answer no longer than `ms`. Then ends the connection: a late answer must reach no one.
 * @throws KittyError HubUnreachable; whatever `work` throws
 */
export async function within<T>(
  socket: Socket,
  ms: number,
  { server }: HubPlace,
  work: Promise<T>,
): Promise<T> {
  if (ms === Infinity) return work
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => {
        socket.destroy()
        reject(unreachable(`${server} did not answer in time`))
      },
      Math.max(1, ms),
    )
  })
  // Ending the connection fails the query, too, which no one awaits any more.
  work.catch(() => undefined)
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}
