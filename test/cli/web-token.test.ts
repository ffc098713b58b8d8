import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import { preparedRepository } from '../support/prepared-repository.js'
import { outcomeOf, startKitty } from '../support/program.js'
import { PATIENT } from '../support/patient.js'

const hasProc = existsSync('/proc/self/cmdline')
if (!hasProc) process.stderr.write('skipped: no /proc to see the arguments of processes in\n')

describe.runIf(hasProc)('the token of kitty web', () => {
  it('is in no argument and no environment of a process, also when it opens a browser', async () => {
    const { root } = await preparedRepository()
    const seen = join(root, '.git/seen')
    const browser = join(root, '.git/browser.sh')
    writeFileSync(
      browser,
      `#!/bin/sh\ntr '\\0' ' ' < /proc/$$/cmdline > ${seen}.part\nenv >> ${seen}.part\nmv ${seen}.part ${seen}\n`,
    )
    chmodSync(browser, 0o755)
    const child = startKitty({ cwd: root, env: { BROWSER: browser } }, 'web', '--open')
    const outcome = outcomeOf(child)
    await vi.waitUntil(() => existsSync(seen), PATIENT)
    const kept = readFileSync(join(root, '.git/kitty/web.json'), 'utf8')
    const { token } = JSON.parse(kept) as { token: string } // Written by the board.
    const shown = ['cmdline', 'environ'].map((name) =>
      readFileSync(`/proc/${child.pid ?? 0}/${name}`, 'utf8'),
    )
    child.kill('SIGTERM')
    const { code, stdout, stderr } = await outcome
    expect(token.length).toBeGreaterThan(40)
    expect(readFileSync(seen, 'utf8')).toContain('.git/kitty/open-')
    for (const text of [...shown, readFileSync(seen, 'utf8'), stdout, stderr])
      expect(text).not.toContain(token)
    expect(code).toBe(143)
  })
})
