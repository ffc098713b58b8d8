import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { loggedEvents } from '../support/log-files.js'
import { preparedRepository } from '../support/prepared-repository.js'
import { PROGRAM } from '../support/program.js'
import { tempFolder } from '../support/temp-folder.js'
import { windowsPath } from './support/machine.js'
import { HAS_WINDOWS, IS_WHOLE, windowsKittyOk, windowsNode } from './support/windows.js'

describe.skipIf(!HAS_WINDOWS || !IS_WHOLE)('on Windows, where letter case does not count', () => {
  it('a worktree stays the package’s, by any name of the repository that kitty is called from', async () => {
    const { root: cwd } = await preparedRepository()
    const folder = tempFolder()
    const script = join(folder, 'elsewhere.mjs')
    // A shell keeps the letters that a person typed, the drive's too.
    const other = windowsPath(cwd).toUpperCase().replace('Z:', 'z:')
    const run = JSON.stringify(`file:///${windowsPath(PROGRAM).replaceAll('\\', '/')}`)
    writeFileSync(
      script,
      `process.chdir(${JSON.stringify(other)})\nprocess.argv[1] = ${JSON.stringify(windowsPath(PROGRAM))}\nawait import(${run})\n`,
    )
    await windowsKittyOk({ cwd }, 'implement', 'WP01')
    const again = await windowsNode({ cwd: folder }, script, 'implement', 'WP01')
    expect([again.code, again.code === 0 ? '' : again.stderr]).toEqual([0, ''])

    const doctor = await windowsNode({ cwd: folder }, script, 'doctor')
    expect(doctor.stdout).toMatch(/ok +worktrees +1 worktree/)
    const listed = await windowsNode({ cwd: folder }, script, 'agent', 'workspaces', 'list', '--json')
    expect(JSON.parse(listed.stdout)).toMatchObject({ workspaces: [{ work_package: 'WP01', exists: true }] })
    const created = loggedEvents(cwd).filter(({ event_type }) => event_type === 'WorkspaceCreated')
    expect(created).toHaveLength(1)
  })
})
