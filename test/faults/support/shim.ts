import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { keptFolder } from '../../support/temp-folder.js'
import type { World } from './world.js'

const SOURCE = fileURLToPath(new URL('shim.c', import.meta.url))
let built: string | undefined

/** Environment in which node's file calls obey `rules`; shim.c has their form. Compiles the shim at its first use. */
export function shimmed(...rules: string[]): Record<string, string> {
  return { LD_PRELOAD: library(), KF: rules.join(';') }
}

/** The same, and `hasStruck` tells whether a rule met a call. */
export function striking(world: World, ...rules: string[]): Record<string, string> {
  rmSync(hitOf(world), { force: true })
  return { ...shimmed(...rules), KF_HIT: hitOf(world) }
}

export function hasStruck(world: World): boolean {
  return existsSync(hitOf(world))
}

/** Environment in which node lists its calls below the world's repository, for `countedCalls`. */
export function counting(world: World): Record<string, string> {
  return { LD_PRELOAD: library(), KF_COUNT: listOf(world), KF_UNDER: world.root }
}

/** `call path`, a call a line, in the order they were made. */
export function countedCalls(world: World): string[] {
  return existsSync(listOf(world)) ? readFileSync(listOf(world), 'utf8').split('\n').filter(Boolean) : []
}

function listOf(world: World): string {
  return join(world.folder, 'tmp', 'calls.txt')
}

function hitOf(world: World): string {
  return join(world.folder, 'tmp', 'hit')
}

function library(): string {
  if (built !== undefined) return built
  const path = join(keptFolder(), 'shim.so')
  execFileSync('gcc', ['-shared', '-fPIC', '-O1', '-Wall', '-o', path, SOURCE, '-ldl'])
  return (built = path)
}
