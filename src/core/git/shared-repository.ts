import { coreSetting } from './checkout.js'

/**
 * Returns the permissions that `core.sharedRepository` adds to files in git's directory (git-config(1)). 0 if it is not
 * set in the repository's own configuration, which is where git init --shared writes it.
 */
export function sharedPermissions(gitCommonDir: string): number {
  const value = coreSetting(gitCommonDir, 'sharedrepository')?.toLowerCase() ?? ''
  if (/^(?:group|true|1|yes|on)$/.test(value)) return 0o060
  if (/^(?:all|world|everybody|2)$/.test(value)) return 0o064
  return /^0[0-7]{3}$/.test(value) ? Number.parseInt(value, 8) & 0o066 : 0
}
