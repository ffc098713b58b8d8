import { execFile } from 'node:child_process'
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { PROGRAM } from '../support/program.js'
import { TempRepository } from '../support/temp-repository.js'
import { POSIX } from '../support/posix.js'

const README = readFileSync(fileURLToPath(new URL('../../README.md', import.meta.url)), 'utf8')

describe("the README's tour", () => {
  it.runIf(POSIX)('works as it is written, and only what it calls refused is refused', async () => {
    const { root } = new TempRepository()
    const bin = join(root, '.git', 'bin')
    mkdirSync(bin)
    writeFileSync(join(bin, 'kitty'), `#!/bin/sh\nexec ${process.execPath} ${PROGRAM} "$@"\n`)
    chmodSync(join(bin, 'kitty'), 0o755)
    const [, tour = ''] = README.split('## A five-minute tour')
    const blocks = [...tour.matchAll(/```sh\n([^]*?)```/g)].map(([, block]) => block ?? '')
    expect(blocks.length).toBeGreaterThan(4)
    // What is to be refused must be: a command that succeeds there ends the script.
    const script = blocks.join('\n').replaceAll(/^(kitty .*?)\s*# refused.*$/gm, '! $1 || exit 99')
    const env = { ...process.env, PATH: `${bin}${delimiter}${process.env['PATH'] ?? ''}`, KITTY_ACTOR: 'ada' }
    const user = {
      GIT_AUTHOR_NAME: 'Ada',
      GIT_AUTHOR_EMAIL: 'a@example.org',
      GIT_COMMITTER_NAME: 'Ada',
      GIT_COMMITTER_EMAIL: 'a@example.org',
    }
    const { stdout } = await promisify(execFile)('sh', ['-ec', script], {
      cwd: root,
      env: { ...env, ...user },
    })
    expect(stdout).toMatch(/feature\s+001-parcel-tracking\s+1\/2 done\s+50%/)
    expect(stdout).toMatch(/ok \d+ events in 1 file, no problems/)
  })
})
