import { isObject } from './schema.js'

const MAX_DEPTH = 64
const MAX_CONTAINERS = 200_000

/**
 * Looks for valid JSON that is made to harm a reader: nesting that overflows a recursive reader's stack, huge numbers
 * of containers, keys that reach object prototypes when copied by assignment.
 * @returns what was found, in words, or undefined
 */
export function findHazard(root: unknown): string | undefined {
  // Almost no line is hazardous, and a plain recursive count is the fastest way to see that.
  if (countContainers(root, 1) <= MAX_CONTAINERS) return undefined
  const pending: { value: unknown; depth: number }[] = [{ value: root, depth: 1 }]
  let containers = 0
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    containers += 1
    if (next.depth > MAX_DEPTH) return `it is nested deeper than ${MAX_DEPTH} levels`
    if (containers > MAX_CONTAINERS) return `it holds more than ${MAX_CONTAINERS} objects and lists`
    if (isObject(next.value) && reachesPrototype(next.value))
      return 'it holds a key that reaches object prototypes'
    // Cast: only objects and lists are ever pushed. `in` also walks inherited keys, of which JSON has none.
    const container = next.value as Readonly<Record<string, unknown>>
    for (const key in container) {
      const value = container[key]
      if (typeof value === 'object' && value !== null) pending.push({ value, depth: next.depth + 1 })
    }
  }
  return undefined
}

/** Counts objects and lists in a value; infinite when there is any other hazard. Recurses no deeper than allowed. */
function countContainers(value: unknown, depth: number): number {
  if (typeof value !== 'object' || value === null) return 0
  if (depth > MAX_DEPTH) return Infinity
  let count = 1
  if (Array.isArray(value)) {
    for (const item of value) {
      count += countContainers(item, depth + 1)
      if (count > MAX_CONTAINERS) break
    }
    return count
  }
  // Cast: whatever has keys.
  const container = value as Record<string, unknown>
  if (reachesPrototype(container)) return Infinity
  for (const key in container) {
    const child = container[key]
    if (typeof child !== 'object' || child === null) continue
    count += countContainers(child, depth + 1)
    if (count > MAX_CONTAINERS) break
  }
  return count
}

function reachesPrototype(value: Record<string, unknown>): boolean {
  if (Object.hasOwn(value, '__proto__')) return true
  return Object.hasOwn(value, 'constructor') && isObject(value['constructor'])
}
