/** `for_review` → For review */
export function laneName(lane: string): string {
  const words = lane.replaceAll('_', ' ')
  return words.charAt(0).toUpperCase() + words.slice(1)
}

/** `001-parcel-tracking` → Parcel tracking */
export function featureName(slug: string): string {
  return laneName(slug.replace(/^\d+-/, '').replaceAll('-', ' '))
}

/** How long ago, in one unit. */
export function ago(time: string | null): string {
  if (time === null) return ''
  const seconds = Math.max(0, (Date.now() - Date.parse(time)) / 1000)
  return seconds < 60 ? 'just now' : `${duration(seconds)} ago`
}

const UNITS = [
  [86_400 * 365, 'y'],
  [86_400 * 7, 'w'],
  [86_400, 'd'],
  [3_600, 'h'],
  [60, 'min'],
] as const

/** `90000` → 25 h; the largest unit of which there are at least two. */
export function duration(seconds: number | null): string {
  if (seconds === null) return '–'
  for (const [size, unit] of UNITS) if (seconds >= 2 * size) return `${Math.round(seconds / size)} ${unit}`
  return `${Math.round(seconds)} s`
}

export function when(time: string | number): string {
  return new Date(time).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' })
}

export const plural = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`

/** A color of its own for every name, the same on every page. */
export function hueOf(name: string): number {
  let hash = 0
  for (let at = 0; at < name.length; at += 1) hash = (hash * 31 + name.charCodeAt(at)) % 3600
  return hash / 10
}

export function grouped<T, K>(items: Iterable<T>, keyOf: (item: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>()
  for (const item of items) {
    const key = keyOf(item)
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [item])
    else group.push(item)
  }
  return groups
}
