import { type EventsLibVersion, eventsLibVersion } from '../events-lib-version.js'
import { ownPackage } from '../own-package.js'
import { PLATFORM } from '../platform/system.js'
import { outlive, standardOutput } from './standard-output.js'

interface Versions {
  readonly kitty: string
  readonly platform: string
  readonly node: string
  readonly events_lib: EventsLibVersion
}

/** The versions of the program and of its events library. */
export function versions(): Versions {
  return {
    kitty: ownPackage().version,
    platform: `${PLATFORM}-${process.arch}`,
    node: process.version,
    events_lib: eventsLibVersion(),
  }
}

/** Output of `kitty --version`. */
export function versionLines(): string {
  const { kitty, platform, node, events_lib } = versions()
  const { version, commit, modified } = events_lib
  const library = `events-lib/${version ?? 'missing'} (${commit.slice(0, 7)}${modified ? ', modified' : ''})`
  return `kitty/${kitty} ${platform} node-${node}\n${library}`
}

/** Answers `--version`, which needs neither oclif nor a container. */
export function answerVersion(argv: readonly string[]): void {
  const text = argv.includes('--json') ? JSON.stringify({ ...versions(), warnings: [] }) : versionLines()
  const output = standardOutput(1)
  outlive(output)
  output.write(`${text}\n`)
}
