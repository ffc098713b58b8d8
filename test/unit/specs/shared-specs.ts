/** The real features other projects left behind, read where they lie and never copied. */
import { existsSync, readdirSync } from 'node:fs'
import { join, resolve } from 'node:path'

const SHARED = resolve(process.env['KITTY_SHARED_DATA'] ?? '../shared/data')

/** The folder of real features, or undefined (said in one line) where it is not on this machine. */
export function sharedSpecsDir(): string | undefined {
  const dir = join(SHARED, 'kitty-specs')
  if (existsSync(dir)) return dir
  process.stdout.write(
    `skipped: no real features at ${dir}; set KITTY_SHARED_DATA to the folder that holds kitty-specs\n`,
  )
  return undefined
}

/** Every real work package's file. */
export function sharedWorkPackageFiles(specsDir: string): string[] {
  return readdirSync(specsDir, { recursive: true, encoding: 'utf8' })
    .filter((name) => /tasks\/WP\d+[^/]*\.md$/.test(name))
    .map((name) => join(specsDir, name))
}
