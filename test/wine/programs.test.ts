import { existsSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, inject, it } from 'vitest'
import { preparedRepository } from '../support/prepared-repository.js'
import { tempFolder } from '../support/temp-folder.js'
import { windowsPath } from './support/machine.js'
import { HAS_WINDOWS, windowsKitty, windowsKittyOk, windowsNode } from './support/windows.js'

const PROGRAMS = ['git.exe', 'node.exe', 'kitty.exe', 'npm.exe']
const SCRIPTS = ['git.cmd', 'git.bat', 'node.cmd', 'kitty.cmd', 'npm.cmd']

describe.skipIf(!HAS_WINDOWS)('on Windows, programs in the top folder of a work tree', () => {
  it('are never run by kitty, although Windows itself would', async () => {
    const repository = await preparedRepository()
    const cwd = repository.root
    const outside = tempFolder()
    const trace = join(outside, 'ran')
    const trap = join(outside, 'trap.cjs')
    // Each is Node by another name: it says in the trace where it was started from, and answers nothing that git would.
    writeFileSync(
      trap,
      `if (!process.execPath.includes('kitty-wine')) require('fs').appendFileSync(process.env.KITTY_TRACE, process.execPath + '\\n')\n`,
    )
    for (const name of PROGRAMS) symlinkSync(inject('windows')?.node ?? '', join(cwd, name))
    for (const name of SCRIPTS)
      writeFileSync(join(cwd, name), `@echo off\r\necho ${name} >> "%KITTY_TRACE%"\r\n`)
    repository.commitAll('programs')
    const env = {
      KITTY_TRACE: windowsPath(trace),
      NODE_OPTIONS: `--require ${windowsPath(trap).replaceAll('\\', '/')}`,
    }

    await windowsKittyOk({ cwd, env }, 'status')
    await windowsKittyOk({ cwd, env }, 'implement', 'WP01')
    await windowsKittyOk({ cwd: join(cwd, '.worktrees/001-login-WP01'), env }, 'review', 'WP01')
    await windowsKitty({ cwd, env }, 'doctor')
    await windowsKitty({ cwd, env }, 'commit')
    expect(existsSync(trace)).toBe(false)

    // The trap works: a program that starts git by its bare name runs the repository's.
    const script = join(outside, 'start.mjs')
    writeFileSync(script, "import { spawnSync } from 'node:child_process'\nspawnSync('git', ['-e', '0'])\n")
    await windowsNode({ cwd, env }, script)
    expect(readFileSync(trace, 'utf8')).toMatch(/git\.exe/)
  })
})
