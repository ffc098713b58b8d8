import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { Flow } from '../../../src/core/services/board/flow.js'
import { PastBoard } from '../../../src/core/services/board/past-board.js'
import { boardAfter, columnsOf, upToClock } from '../../../web/src/state/columns.js'
import { Project } from '../../support/project.js'

const GENERATE = fileURLToPath(new URL('../../../bench/generate.mjs', import.meta.url))
const EVENTS = 900

interface Generate {
  makeRepository(root: string, shape: Readonly<Record<string, number>>): void
}

it('shows at any clock the lanes of the board of then, also where moves were concurrent', async () => {
  // A plain module without types: what it exports is written down above.
  const { makeRepository } = (await import(pathToFileURL(GENERATE).href)) as Generate
  const project = new Project()
  makeRepository(join(project.root), { events: EVENTS, packages: 24, features: 3, days: 5, forks: 16 })
  await project.use(async (services) => {
    const bytes = await (await services.get(Flow)).columns()
    const columns = columnsOf(Uint8Array.from(bytes).buffer)
    const past = await services.get(PastBoard)
    const clocks = fc.sample(fc.integer({ min: 0, max: EVENTS + 3 }), 98)
    for (const clock of [...clocks, 0, EVENTS]) {
      const { features } = await past.board(String(clock))
      const lanes = features.flatMap(({ feature, lanes: all }) =>
        Object.entries(all).flatMap(([lane, cards]) =>
          cards.map(({ work_package }): [string, string] => [`${feature}/${work_package}`, lane]),
        ),
      )
      const shown = boardAfter(columns, upToClock(columns, clock))
      expect([clock, sorted(shown)]).toEqual([clock, sorted(lanes)])
    }
  })
})

function sorted(lanes: Iterable<[string, string]>): string[] {
  return [...lanes].map(([key, lane]) => `${key} ${lane}`).sort()
}
