import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, inject, it } from 'vitest'
import { tempFolder } from '../support/temp-folder.js'
import { windowsPath } from './support/machine.js'
import { HAS_WINDOWS, IS_WHOLE, windowsNode } from './support/windows.js'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const VITEST = join(ROOT, 'node_modules/vitest/vitest.mjs')

/** What says something about Windows: pure rooms say the same everywhere. Event-index needs SQLite, which is not there. */
const PORTABLE = IS_WHOLE
  ? ['platform', 'rules', 'projections', 'lock', 'errors', 'files']
      .map((room) => `test/unit/${room}`)
      .concat('test/contract/jsonl-event-log.test.ts', 'test/contract/log-event-store.test.ts')
  : ['test/unit/platform', 'test/unit/rules']

/** Tests that fail on Wine, by reason. */
const FAILS: Readonly<Record<string, readonly RegExp[]>> = {
  'Wine makes no links and no junctions': [
    /follows links, and knows a place that is not there yet$/,
    /also through a link$/,
    /a link in place of the (folder|day’s file) is (neither|not) /,
    /refuses a link and a folder, and leaves what the link points to alone$/,
    /neither reads nor writes through a link /,
    /lists and makes no folder through a link$/,
    /writes nothing through a link, be it the file or a folder above it$/,
    /names the component that is in the way, and lets a missing path pass$/,
  ],
  'a folder cannot be removed there while a file in it is open': [
    /creates its file again when it is gone, its folder with it$/,
    /gives concurrent emits, of one store and of two, clock values and parents of their own$/,
  ],
}

interface Report {
  readonly numPassedTests: number
  readonly testResults: readonly {
    readonly message: string
    readonly assertionResults: readonly { readonly fullName: string; readonly status: string }[]
  }[]
}

describe.skipIf(!HAS_WINDOWS)('on Windows', () => {
  it(`the tests of ${PORTABLE.join(', ')} pass but for a list with reasons`, async () => {
    const report = join(tempFolder(), 'report.json')
    const ran = await windowsNode(
      {
        cwd: ROOT,
        env: {
          NAPI_RS_NATIVE_LIBRARY_PATH: windowsPath(inject('windows')?.bundler ?? ''),
          KITTY_ACTOR: undefined,
          KITTY_LOCK_TIMEOUT_MS: undefined,
        },
      },
      VITEST,
      ...['run', '--project', 'main', '--pool', 'threads', '--maxWorkers', '1'],
      ...['--reporter=json', `--outputFile=${windowsPath(report)}`],
      ...PORTABLE,
    )
    expect([existsSync(report), existsSync(report) ? '' : ran.stderr]).toEqual([true, ''])
    const { numPassedTests, testResults } = JSON.parse(readFileSync(report, 'utf8')) as Report // Vitest's own
    const results = testResults.flatMap(({ assertionResults }) => assertionResults)
    const failed = results.filter(({ status }) => status === 'failed').map(({ fullName }) => fullName)
    const known = Object.values(FAILS).flat()
    process.stdout.write(
      `on Wine: ${numPassedTests} pass, ${failed.length} fail for a reason that is listed\n`,
    )

    expect(failed.filter((name) => !known.some((pattern) => pattern.test(name)))).toEqual([])
    // A file that could not be loaded has no tests that failed.
    expect(testResults.filter(({ assertionResults }) => assertionResults.length === 0)).toEqual([])
    expect(numPassedTests).toBeGreaterThan(IS_WHOLE ? 200 : 60)
  })
})
