import { KittyError } from '../errors/kitty-error.js'
import { quoted } from '../errors/secrets.js'
import { featureName } from '../specs/feature-name.js'

const MAX_LENGTH = 100
const NEW_SLUG = /^[a-z0-9][a-z0-9-]*$/
const FORM = `lower-case letters, digits and "-", at most ${MAX_LENGTH} characters`

/**
 * Checks a slug before any path is built from it, because it becomes a folder and a branch name: no dots, no
 * separators, no letters that differ only in Unicode form.
 * @throws KittyError UsageError with the allowed form.
 */
export function assertSlug(slug: string): void {
  if (featureName(slug) !== undefined) return
  throw badSlug(
    slug,
    `a number of three or more digits, "-", then ${FORM}; or words, "-", then the first eight characters of a ULID`,
    '017-user-login',
  )
}

/** Like `assertSlug`, for the name of a feature that has no number yet. */
export function assertNewSlug(slug: string): void {
  if (slug.length <= MAX_LENGTH - '0000-'.length && NEW_SLUG.test(slug)) return
  throw badSlug(slug, FORM, 'user-login')
}

function badSlug(slug: string, form: string, example: string): KittyError {
  // Kitty's own words, not names: they have quotes of their own.
  const allowed = `allowed form: ${form}; for example ${example}`
  return new KittyError('UsageError', `${quoted(slug, 120)} is not a feature's name.`, {
    nextSteps: [allowed],
    context: { allowed_form: form },
  })
}
