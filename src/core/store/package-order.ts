import { compareWorkPackages } from '../specs/work-package-id.js'

interface Package {
  readonly feature_slug: string
  readonly work_package_id: string
}

/** IDs up to this length already sort by number. */
const TWO_DIGITS = 'WP99'.length

/**
 * Sorts packages by feature, then by number.
 * @param packages sorted by feature, then by ID text, as an index returns them: only a feature with a hundred packages
 * needs sorting
 */
export function byNumber<T extends Package>(packages: T[]): T[] {
  if (!packages.some((one) => one.work_package_id.length > TWO_DIGITS)) return packages
  return packages.sort((a, b) =>
    a.feature_slug === b.feature_slug
      ? compareWorkPackages(a.work_package_id, b.work_package_id)
      : a.feature_slug < b.feature_slug
        ? -1
        : 1,
  )
}
