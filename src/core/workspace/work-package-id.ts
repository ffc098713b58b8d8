import { KittyError } from '../errors/kitty-error.js'
import { quoted } from '../errors/secrets.js'
import { spellWorkPackageId } from '../specs/work-package-id.js'

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
