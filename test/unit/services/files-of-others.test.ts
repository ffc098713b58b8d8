import { readdirSync, readFileSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { MoveTask } from '../../../src/core/services/moves/move-task.js'
import { NewPackage } from '../../../src/core/services/packages/new-package.js'
import { Status } from '../../../src/core/services/board/status.js'
import { by, FEATURE, inProcess, kittyIn, project } from '../../support/kitty.js'

const provenance = by('ada')
const ASKED = { feature: FEATURE, title: 'Fresh', after: [], subtasks: [], provenance }

describe('a process that has listed a feature’s files', () => {
  it('shows and changes the file of a package that another process has made since', async () => {
    const root = await project()
    const kitty = kittyIn(root)
    const status = await kitty.resolve(Status)
    await status.board(FEATURE)
    const { result } = await inProcess(root, NewPackage, (service) => service.create(ASKED))
    const shown = (await status.board(FEATURE)).features[0]?.lanes['planned'] ?? []
    const { work_package: workPackage, file, path } = result
    expect(shown.find((one) => one.work_package === workPackage)?.file).toBe(file)
    const move = { feature: FEATURE, workPackage, to: 'doing', force: false, provenance }
    await (await kitty.resolve(MoveTask)).move(move)
    expect(readFileSync(path, 'utf8')).toContain('lane: doing')
  })

  it('changes a file under the name that someone has given it since', async () => {
    const root = await project()
    const kitty = kittyIn(root)
    await (await kitty.resolve(Status)).board(FEATURE)
    const tasks = join(root, 'kitty-specs', FEATURE, 'tasks')
    const name = readdirSync(tasks).find((one) => one.startsWith('WP01')) ?? ''
    renameSync(join(tasks, name), join(tasks, 'WP01-renamed.md'))
    const move = { feature: FEATURE, workPackage: 'WP01', to: 'doing', force: false, provenance }
    await (await kitty.resolve(MoveTask)).move(move)
    expect(readFileSync(join(tasks, 'WP01-renamed.md'), 'utf8')).toContain('lane: doing')
  })
})
