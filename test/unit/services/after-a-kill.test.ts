import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { by, emit, FEATURE, inProcess, move, project } from '../../support/kitty.js'
import { EditPackage } from '../../../src/core/services/packages/edit-package.js'
import { Implement } from '../../../src/core/services/workspaces/implement.js'
import { MoveTask } from '../../../src/core/services/moves/move-task.js'

const FILE = `kitty-specs/${FEATURE}/tasks/WP01-part.md`
const laneIn = (folder: string): string | undefined =>
  /^lane: (.*)$/m.exec(readFileSync(join(folder, FILE), 'utf8'))?.[1]

const moveToDoing = (folder: string) =>
  inProcess(folder, MoveTask, (service) =>
    service.move({
      feature: FEATURE,
      workPackage: 'WP01',
      to: 'doing',
      force: false,
      provenance: by('ada'),
    }),
  )

describe('after a kill between an event and the package’s file', () => {
  it('the repeat of the move is refused, and writes the lane', async () => {
    const folder = await project()
    await emit(folder, 'ada', move('doing'))
    expect(laneIn(folder)).toBeUndefined()
    await expect(moveToDoing(folder)).rejects.toMatchObject({ kind: 'StateTransitionError' })
    expect(laneIn(folder)).toBe('doing')
  })

  it('the repeat of implement writes the lane', async () => {
    const folder = await project()
    await emit(folder, 'ada', move('doing'))
    await inProcess(folder, Implement, (service) =>
      service.implement({ feature: FEATURE, workPackage: 'WP01', base: undefined, provenance: by('ada') }),
    )
    expect(laneIn(folder)).toBe('doing')
  })

  it.each([
    ['a move', moveToDoing],
    [
      'an edit',
      (folder: string) =>
        inProcess(folder, EditPackage, (service) =>
          service.edit({ feature: FEATURE, workPackage: 'WP01', title: 'Another', provenance: by('ada') }),
        ),
    ],
  ])('%s removes temporary files whose process is gone, and no others', async (_, write) => {
    const folder = await project()
    const tasks = join(folder, 'kitty-specs', FEATURE, 'tasks')
    mkdirSync(tasks, { recursive: true })
    // No process has the greatest number there can be.
    const [left, working] = ['.WP01-part.md.4194304-1.tmp', `.WP01-part.md.${process.ppid}-1.tmp`]
    for (const name of [left, working]) writeFileSync(join(tasks, name), '')
    await write(folder)
    expect(readdirSync(tasks)).not.toContain(left)
    expect(readdirSync(tasks)).toContain(working)
  })
})
