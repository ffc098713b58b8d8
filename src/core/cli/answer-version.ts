import { standardOutput } from './standard-output.js'
import { versionLines, versions } from './version.js'

/**
 * Answers `--version`, which needs neither oclif nor a container.
 * @returns false when the command line asks for something else
 */
export function answerVersion(argv: readonly string[]): boolean {
  if (argv[0] !== '--version') return false
  const text = argv.includes('--json') ? JSON.stringify({ ...versions(), warnings: [] }) : versionLines()
  standardOutput(1).write(`${text}\n`)
  return true
}
