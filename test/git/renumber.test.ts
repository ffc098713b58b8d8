import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { FinalizeTasks } from '../../src/core/services/finalize-tasks.js'
import { MoveTask } from '../../src/core/services/move-task.js'
import { NewPackage } from '../../src/core/services/new-package.js'
import { RenumberPackage } from '../../src/core/services/renumber-package.js'
import { by, cloneOf, FEATURE, inProcess, project, pullFrom } from '../support/kitty.js'
import { gitIn } from '../support/temp-repository.js'

it('two packages that two clones made under one ID are told apart by renumber', async () => {
  const ada = await project()
  writeFileSync(join(ada, '.git', 'info', 'exclude'), '')
  gitIn(ada, 'add', '--all')
  gitIn(ada, 'commit', '--quiet', '--message', 'files')
  const bob = await cloneOf(ada)
  for (const [root, actor, title] of [
    [ada, 'ada', 'Send it'],
    [bob, 'bob', 'Bill it'],
  ] as const) {
    const request = { feature: FEATURE, title, after: [], subtasks: [], provenance: by(actor) }
    await inProcess(root, NewPackage, (service) => service.create(request))
    gitIn(root, 'add', '--all')
    gitIn(root, 'commit', '--quiet', '--message', title)
  }
  pullFrom(ada, bob)
  const move = (workPackage: string): Promise<unknown> =>
    inProcess(ada, MoveTask, (service) =>
      service.move({ feature: FEATURE, workPackage, to: 'doing', force: false, provenance: by('ada') }),
    )
  await expect(move('WP04')).rejects.toThrow('2 files')
  const { result } = await inProcess(ada, RenumberPackage, (service) =>
    service.renumber({
      feature: FEATURE,
      workPackage: 'WP04',
      file: 'WP04-bill-it.md',
      provenance: by('ada'),
    }),
  )
  const tasks = `kitty-specs/${FEATURE}/tasks`
  expect(result).toMatchObject({ renumbered: 'WP05', file: `${tasks}/WP05-bill-it.md` })
  expect(existsSync(join(ada, tasks, 'WP04-bill-it.md'))).toBe(false)
  expect(readFileSync(join(ada, result.file), 'utf8')).toContain('work_package_id: WP05\ntitle: Bill it\n')
  await move('WP04')
  await move('WP05')
  const states = await inProcess(ada, MoveTask, ({ store }) => store.workPackages(FEATURE))
  expect(states.result.slice(-2)).toMatchObject([
    { work_package_id: 'WP04', title: 'Send it', collision: [], conflicts: [] },
    { work_package_id: 'WP05', title: 'Bill it', collision: [], conflicts: [] },
  ])
  const again = await inProcess(ada, FinalizeTasks, (service) =>
    service.check({ features: [FEATURE], all: false, provenance: by('ada') }),
  )
  expect(again.result.features[0]).toMatchObject({ created: [], changed: [], behind: [] })
})
