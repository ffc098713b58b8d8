import { describe, expect, it } from 'vitest'
import { renderOffered } from '../../../src/core/cli/render/tables.js'
import { ListWork } from '../../../src/core/services/board/list-work.js'
import { MoveTask } from '../../../src/core/services/moves/move-task.js'
import { by, FEATURE, Project } from '../../support/project.js'

describe('a package that waits for work that was given up', () => {
  it('is named as needing a decision, after everything that can be done', async () => {
    const project = await new Project().withPackages({
      WP01: {},
      WP02: { dependencies: ['WP01'] },
      WP03: {},
      WP04: { dependencies: ['WP03'] },
    })
    await project.use(async (services) =>
      (await services.get(MoveTask)).move({
        feature: FEATURE,
        workPackage: 'WP01',
        to: 'canceled',
        reason: 'not needed',
        force: false,
        provenance: by('ada'),
      }),
    )
    const offered = await project.use(async (services) => (await services.get(ListWork)).ready([FEATURE]))
    expect(offered.map(({ work_package, why }) => [work_package, why])).toEqual([
      ['WP03', 'ready'],
      ['WP02', 'decision'],
    ])
    const piped = { colour: false, unicode: true, width: Infinity, terminal: false }
    expect(renderOffered(offered, piped)).toContain('needs a decision: waits for WP01')
  })
})
