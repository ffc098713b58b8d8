import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from './root.js'

/** What the program reads of its own package.json. */
export interface OwnPackage {
  /** The name it is published under. Messages and links take it from here, so that they cannot name another's package. */
  readonly name: string
  readonly version: string
  /** The pin of the events library: git object ids of 40 hex digits. docs/events-lib.md. */
  readonly eventsLib: { readonly commit: string; readonly tree: string }
  readonly dependencies: Readonly<Record<string, string>>
}

/** Reads package.json at each call, because only errors, `--version` and plugins need it. */
export function ownPackage(): OwnPackage {
  // A cast: this program's own package.json, whose pin is verified before it is published.
  return JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as OwnPackage
}

/** The command that installs this program, for messages. `tag`: a version or a tag of the registry. */
export function installCommand(tag?: string): string {
  const { name } = ownPackage()
  return `npm install -g ${tag === undefined ? name : `${name}@${tag}`}`
}
