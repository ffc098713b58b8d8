import { isObject } from './schema.js'

const MAX_DEPTH = 64
const MAX_CONTAINERS = 200_000

/**
 * Looks for valid JSON that is made to harm a reader: nesting that overflows a recursive reader's stack, huge numbers
 * of containers, keys that reach object prototypes when copied by assignment.
 * @returns what was found first, in words, or undefined
 */
export function findHazard(root: unknown): string | undefined {
  return typeof root === 'object' && root !== null ? hazardIn(root, 1, { containers: 0 }) : undefined
}

/** Recurses no deeper than allowed. Almost no line is hazardous: it is called for objects and lists alone. */
function hazardIn(value: object, depth: number, found: { containers: number }): string | undefined {
  if (depth > MAX_DEPTH) return `it is nested deeper than ${MAX_DEPTH} levels`
  found.containers += 1
  if (found.containers > MAX_CONTAINERS) return `it holds more than ${MAX_CONTAINERS} objects and lists`
  if (Array.isArray(value)) {
    // Cast: `Array.isArray` says nothing of the items.
    for (const item of value as readonly unknown[]) {
      if (typeof item !== 'object' || item === null) continue
      const hazard = hazardIn(item, depth + 1, found)
      if (hazard !== undefined) return hazard
    }
    return undefined
  }
  // Cast: whatever has keys.
  const container = value as Record<string, unknown>
  if (reachesPrototype(container)) return 'it holds a key that reaches object prototypes'
  for (const key in container) {
    const child = container[key]
    if (typeof child !== 'object' || child === null) continue
    const hazard = hazardIn(child, depth + 1, found)
    if (hazard !== undefined) return hazard
  }
  return undefined
}

function reachesPrototype(value: Record<string, unknown>): boolean {
  if (Object.hasOwn(value, '__proto__')) return true
  return Object.hasOwn(value, 'constructor') && isObject(value['constructor'])
}
