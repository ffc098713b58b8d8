import { existsSync, readdirSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { leftovers } from '../../../src/core/services/doctor/leftovers.js'
import { Workspace } from '../../../src/core/workspace/workspace.js'
import { kittyIn, project } from '../../support/kitty.js'

describe('the repair of what crashes left', () => {
  it('passes over a file that an earlier repair has put in place since it was found', async () => {
    const root = await project()
    const workspace = await kittyIn(root).resolve(Workspace)
    const [replaced, left] = ['2020-01-01.jsonl', '2020-01-02.jsonl'].map((name) =>
      join(workspace.eventsDir, name),
    )
    for (const file of [replaced, left]) writeFileSync(`${file}.tmp`, '')
    const { repair } = leftovers(workspace, new Date())
    renameSync(`${replaced}.tmp`, replaced ?? '')
    await repair?.()
    expect(existsSync(replaced ?? '')).toBe(true)
    expect(existsSync(`${left}.tmp`)).toBe(false)
    expect(readdirSync(workspace.errorsDir)).toHaveLength(1)
  })

  it('leaves alone what a running process is about to put in place', async () => {
    const root = await project()
    const workspace = await kittyIn(root).resolve(Workspace)
    const [atWork, left] = [process.pid, 999_999_999].map((pid) =>
      join(workspace.privateDir, `.leases.json.${pid}-1.tmp`),
    )
    for (const file of [atWork, left]) writeFileSync(file ?? '', '')
    const { repair, message } = leftovers(workspace, new Date())
    expect(message).not.toContain(String(process.pid))
    await repair?.()
    expect([atWork, left].map((file) => existsSync(file ?? ''))).toEqual([true, false])
  })
})
