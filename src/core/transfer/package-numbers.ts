import { KittyError } from '../errors/kitty-error.js'
import { asInKey } from './keys.js'
import type { ImportTarget } from './import-request.js'
import { compareText } from './text.js'

/**
 * Numbers the packages. Known items keep their package, items that name one get it if it is free, and the rest get the
 * next numbers.
 */
export function numberPackages(
  { feature, log, filePackages }: ImportTarget,
  known: ReadonlyMap<string, string>,
  inPlace: boolean,
): Map<string, string> {
  const numbers = new Map<string, string>()
  const taken = new Set<string>([...log.packages, ...(inPlace ? [] : filePackages)])
  for (const { id } of feature.items) {
    const before = known.get(asInKey('item', id))
    if (before !== undefined) numbers.set(id, before)
  }
  const fresh = feature.items.filter(({ id }) => !numbers.has(id))
  fresh.sort((a, b) => compareText(a.createdAt ?? LATEST, b.createdAt ?? LATEST) || compareIds(a.id, b.id))
  for (const { id, workPackage } of fresh) {
    if (workPackage === null || (taken.has(workPackage) && !inPlace)) continue
    numbers.set(id, workPackage)
    taken.add(workPackage)
  }
  let last = 0
  for (const id of taken) last = Math.max(last, Number(/^WP(\d+)$/.exec(id)?.[1] ?? 0))
  for (const { id } of fresh) {
    if (numbers.has(id)) continue
    if (last === LAST_NUMBER) throw noNumberLeft(last)
    numbers.set(id, `WP${String((last += 1)).padStart(2, '0')}`)
  }
  return numbers
}

/** A package's number has at most nine digits. */
const LAST_NUMBER = 999_999_999

function noNumberLeft(last: number): KittyError {
  return new KittyError(
    'UsageError',
    `The feature has no number left for another package: the last one is WP${String(last)}.`,
    {
      nextSteps: [
        'If that number is a mistake, give its file or item a lower one, and run the import again.',
      ],
      context: { work_package: `WP${String(last)}` },
    },
  )
}

/** Sorts after every time. */
const LATEST = '~'

/** Sorts `BACK-9` before `BACK-10`. */
function compareIds(a: string, b: string): number {
  const [left, right] = [a.split(/(\d+)/), b.split(/(\d+)/)]
  for (let at = 0; at < Math.min(left.length, right.length); at += 1) {
    const [x = '', y = ''] = [left[at], right[at]]
    const numeric = at % 2 === 1 ? Number(x) - Number(y) : 0
    if (numeric !== 0 || x !== y) return numeric || compareText(x, y)
  }
  return left.length - right.length
}
