import { execSync } from 'node:child_process'
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const ROOT = fileURLToPath(new URL('../..', import.meta.url))

/** Builds the program if the build is older than its sources, so that we measure what ships. */
export function ensureBuilt() {
  const built = statSync(join(ROOT, 'dist', 'bundle', 'kitty.cjs'), { throwIfNoEntry: false })
  const newest = Math.max(
    ...['src', 'packages/events/src', 'scripts'].map((name) => newestIn(join(ROOT, name))),
  )
  if (built !== undefined && built.mtimeMs >= newest) return
  process.stderr.write('The build is older than its sources: npm run build\n')
  // npm's output goes to stderr: stdout is for the report.
  execSync('npm run --silent build', { cwd: ROOT, stdio: ['ignore', 2, 2] })
}

function newestIn(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((newest, { parentPath, path, name }) => {
      return Math.max(newest, statSync(join(parentPath ?? path, name)).mtimeMs)
    }, 0)
}
