import { isObject } from './schema.js'

const MAX_DEPTH = 64
const MAX_CONTAINERS = 200_000

/**
 * Looks for what is valid JSON and yet meant to hurt: nesting that overflows a recursive reader's stack, a
 * crowd of containers, keys that reach object prototypes when copied by assignment.
 * Walks with a stack of its own, so that depth costs memory and not frames.
 * @returns what was found, in words, or undefined
 */
export function findHazard(root: unknown): string | undefined {
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

function reachesPrototype(value: Record<string, unknown>): boolean {
  if (Object.hasOwn(value, '__proto__')) return true
  return Object.hasOwn(value, 'constructor') && isObject(value['constructor'])
}
