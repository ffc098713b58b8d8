import { featureName } from './feature-name.js'
import { KittyError } from '../errors/kitty-error.js'
import { quoted } from '../errors/secrets.js'

/** Work package IDs as files spell them: `WP` and two or more digits. `wp1` and `WP1` mean `WP01`. */

/** The ID in its canonical spelling, or undefined if the text is not an ID. */
export function spellWorkPackageId(text: string): string | undefined {
  const digits = /^wp(\d{1,9})$/i.exec(text.trim())?.[1]
  return digits === undefined ? undefined : `WP${digits.replace(/^0+(?=\d\d)/, '').padStart(2, '0')}`
}

/** The ID at the start of a file name (`WP01-title.md`), or undefined if the file is not a work package's. */
export function workPackageIdOfFile(name: string): string | undefined {
  const prefix = /^(wp\d{1,9})(?:[-_. ].{0,250})?\.md$/i.exec(name)?.[1]
  return prefix === undefined ? undefined : spellWorkPackageId(prefix)
}

/** Sorts by number, so that WP100 comes after WP99. Anything that is not such an ID comes last, by name. */
export function compareWorkPackages(a: string, b: string): number {
  const [left, right] = [numberOf(a), numberOf(b)]
  if (left !== right) return left < right ? -1 : 1
  return a < b ? -1 : a > b ? 1 : 0
}

function numberOf(id: string): number {
  return /^WP\d{1,9}$/.test(id) ? Number(id.slice(2)) : Infinity
}

/** The shortest name of a package that a command takes from anywhere: `017/WP01`, or `login-01KW6N8W/WP01`. */
export function packageName(feature: string, workPackage: string): string {
  const isNumbered = featureName(feature)?.number !== undefined
  return `${isNumbered ? feature.slice(0, feature.indexOf('-')) : feature}/${workPackage}`
}

/** The name of a package whose state is known. */
export function nameOfPackage(state: {
  readonly feature_slug: string
  readonly work_package_id: string
}): string {
  return packageName(state.feature_slug, state.work_package_id)
}

/**
 * `wp1`, `WP1` and `WP01` → `WP01`.
 * @throws KittyError UsageError for anything that is not WP and a number.
 */
export function normalizeWorkPackageId(text: string): string {
  // Files may have blanks around an ID; in a typed argument they are a mistake.
  const id = text === text.trim() ? spellWorkPackageId(text) : undefined
  if (id !== undefined) return id
  throw new KittyError('UsageError', `${quoted(text, 120)} is not a work package ID.`, {
    nextSteps: ['Give WP and two or more digits, for example WP01.'],
    context: { allowed_form: 'WP and two or more digits' },
  })
}
