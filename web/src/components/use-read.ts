import { useEffect, useState } from 'preact/hooks'
import { failureOf, Refused } from '../state/server.js'
import type { Failure } from '../state/store.js'

const RETRY_MS = 3_000

interface Reading<T> {
  /** The last answer, also while a later one has failed. */
  readonly answer: T | undefined
  /** Why the last question has no answer. */
  readonly failure: Failure | undefined
  /** Whether asking again would be no use. */
  readonly isRefused: boolean
}

/**
 * Reads again whenever one of the parts is another one, and until there is an answer. An answer that comes after a later
 * question counts no more.
 * @param waitOf how long to wait before asking, in milliseconds: several changes are one reason to ask
 */
export function useRead<T>(
  ask: () => Promise<T>,
  parts: readonly unknown[],
  waitOf: (last: T | undefined) => number = () => 0,
): Reading<T> {
  const [reading, learn] = useState<Reading<T>>({ answer: undefined, failure: undefined, isRefused: false })
  const [tries, retry] = useState(0)
  useEffect(() => {
    let isOver = false
    const heard = (change: Partial<Reading<T>>): void => {
      if (!isOver) learn((before) => ({ ...before, failure: undefined, isRefused: false, ...change }))
    }
    const read = (): Promise<void> =>
      ask().then(
        (answer) => heard({ answer }),
        (error: unknown) => {
          const isRefused = error instanceof Refused && error.status < 500
          heard({ failure: failureOf(error), isRefused })
          if (!isRefused && !isOver) timer = setTimeout(() => retry(tries + 1), RETRY_MS)
        },
      )
    let timer = setTimeout(() => void read(), waitOf(reading.answer))
    return () => {
      isOver = true
      clearTimeout(timer)
    }
  }, [...parts, tries])
  return reading
}
