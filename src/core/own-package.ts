import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { BUILD, type OwnPackage } from './build.js'
import { ROOT } from './root.js'

/** The package that runs. Outside the bundle it reads package.json on each call: only errors, `--version` and plugins ask. */
export function ownPackage(): OwnPackage {
  if (BUILD !== undefined) return BUILD.package
  // Cast: this is the program's own package.json, whose pin is verified before publishing.
  return JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as OwnPackage
}

/**
 * The words of the command that installs this program, for messages.
 * @param tag a version or a tag of the registry
 */
export function installCommand(tag?: string): string[] {
  const { name } = ownPackage()
  return ['npm', 'install', '-g', tag === undefined ? name : `${name}@${tag}`]
}
