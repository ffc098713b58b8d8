import { existsSync, readFileSync } from 'node:fs'
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

/**
 * The words of the npm command that does something to this program where it is: in the clone that it runs from, whose
 * package no registry has, or among the global packages.
 * @param verb `install` or `rebuild`
 */
export function repairCommand(verb: 'install' | 'rebuild'): string[] {
  const options = verb === 'install' ? ['--include', 'optional'] : []
  const isClone = existsSync(join(ROOT, 'src'))
  const words = isClone ? ['npm', '--prefix', ROOT, verb] : ['npm', verb, '-g', ownPackage().name]
  return [...words, ...options]
}
