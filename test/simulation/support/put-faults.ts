/** Faults put into the program on purpose, through its ports and its system calls: the simulation must find each. */
import type { LogEvent } from '../../../src/core/events-lib.js'
import type { MemoryEventIndex } from '../../../src/core/index/memory-event-index.js'
import type { WriteLock } from '../../../src/core/lock/write-lock.js'
import type { EventLog } from '../../../src/core/log/event-log.js'
import type { Machine } from './machine.js'

export interface PutFault {
  readonly machine?: (machine: Machine) => void
  readonly lock?: (lock: WriteLock) => WriteLock
  readonly log?: (log: EventLog) => EventLog
  readonly index?: (index: MemoryEventIndex) => MemoryEventIndex
}

export const PUT_FAULTS = {
  'fsync left out': {
    machine: (machine) => {
      machine.skipped = { call: 'fdatasync', end: '.jsonl' }
    },
  },
  'lock let go early': {
    lock: (lock) => ({
      ...lock,
      acquire: async (purpose) => {
        const held = await lock.acquire(purpose)
        held.release()
        return held
      },
    }),
  },
  'cursor moved past a failed event': {
    index: (index) => {
      let rows = 0
      return withMethod(
        index,
        'insert',
        (insert) => (given) => insert(given.filter(() => (rows += 1) % 4 !== 0)),
      )
    },
  },
  'parent dropped': {
    log: (log) => withMethod(log, 'append', (append) => (events) => append(events.map(withoutAParent))),
  },
} as const satisfies Readonly<Record<string, PutFault>>

export type PutFaultName = keyof typeof PUT_FAULTS

export function putFault(name: string | undefined): PutFault | undefined {
  if (name === undefined) return undefined
  const fault: PutFault | undefined = PUT_FAULTS[name as PutFaultName]
  if (fault === undefined)
    throw new Error(`no fault is called ${name}: ${Object.keys(PUT_FAULTS).join(', ')}`)
  return fault
}

/** The object with one method replaced. */
export function withMethod<T extends object, Name extends keyof T>(
  object: T,
  name: Name,
  make: (method: T[Name]) => T[Name],
): T {
  const method = object[name]
  const bound = (typeof method === 'function' ? method.bind(object) : method) as T[Name]
  const replaced = make(bound)
  return new Proxy(object, {
    get: (target, key) => {
      if (key === name) return replaced
      const value: unknown = Reflect.get(target, key, target)
      return typeof value === 'function' ? (value.bind(target) as unknown) : value
    },
  })
}

/** Of two writers' concurrent events, only one is named by the event that follows both. */
function withoutAParent(event: LogEvent): LogEvent {
  const { parents } = event
  return parents === undefined || parents.length === 0 ? event : { ...event, parents: parents.slice(1) }
}
