import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from './root.js'

/** What the program reads from its own package.json. */
export interface OwnPackage {
  /** The name it is published under. Messages and links use it, so that they cannot name another package. */
  readonly name: string
  readonly version: string
  /** The pinned version of the events library: git object IDs of 40 hex digits. docs/events-lib.md. */
  readonly eventsLib: { readonly commit: string; readonly tree: string }
  readonly dependencies: Readonly<Record<string, string>>
}

/** Reads package.json on each call, because only errors, `--version` and plugins need it. */
export function ownPackage(): OwnPackage {
  // Cast: this is the program's own package.json, whose pin is verified before publishing.
  return JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as OwnPackage
}

/**
 * The command that installs this program, for messages.
 * @param tag a version or a tag of the registry
 */
export function installCommand(tag?: string): string {
  const { name } = ownPackage()
  return `npm install -g ${tag === undefined ? name : `${name}@${tag}`}`
}
