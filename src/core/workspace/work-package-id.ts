import { KittyError } from '../errors/kitty-error.js'

/**
 * `wp1`, `WP1` and `WP01` → `WP01`.
 * @throws KittyError UsageError for anything that is not WP and a number.
 */
export function normaliseWorkPackageId(text: string): string {
  const digits = /^wp([0-9]{1,6})$/i.exec(text)?.[1]
  if (digits !== undefined) return `WP${digits.padStart(2, '0')}`
  throw new KittyError('UsageError', `${JSON.stringify(text.slice(0, 120))} is not a work package id`, {
    nextSteps: ['give WP and two or more digits, for example WP01'],
    context: { allowed_form: 'WP and two or more digits' },
  })
}
