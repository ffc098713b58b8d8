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
