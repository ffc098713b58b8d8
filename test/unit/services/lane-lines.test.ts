import { cpSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { listFeatures } from '../../../src/core/specs/features.js'
import { by, Project } from '../../support/project.js'
import { sharedSpecsDir, sharedWorkPackageFiles } from '../specs/shared-specs.js'
import { FinalizeTasks } from '../../../src/core/services/features/finalize-tasks.js'
import { MoveTask } from '../../../src/core/services/moves/move-task.js'

const specsDir = sharedSpecsDir()

/** The lines in which the two differ, and those that only one has, bytes kept. */
function changedLines(before: Buffer, after: Buffer): { gone: string[]; come: string[] } {
  const lines = (bytes: Buffer): string[] => bytes.toString('latin1').split(/(?<=\n)/)
  const [old, fresh] = [lines(before), lines(after)]
  let start = 0
  while (start < old.length && old[start] === fresh[start]) start += 1
  let end = 0
  while (end < old.length - start && end < fresh.length - start && old.at(-1 - end) === fresh.at(-1 - end))
    end += 1
  return { gone: old.slice(start, old.length - end), come: fresh.slice(start, fresh.length - end) }
}

describe.skipIf(specsDir === undefined)('the real features', () => {
  it('given every package as its authors left it, when it is moved, then its file differs in the lane line alone', async () => {
    const demo = new Project()
    const source = specsDir ?? ''
    cpSync(source, demo.path('kitty-specs'), { recursive: true })
    const provenance = by('ada')
    let moved = 0
    await demo.use(async (services) => {
      const finalize = await services.get(FinalizeTasks)
      const move = await services.get(MoveTask)
      await finalize.finalize({ features: listFeatures(source), all: true, provenance })
      for (const file of sharedWorkPackageFiles(source)) {
        const [feature = '', ...rest] = file.slice(source.length + 1).split('/')
        const workPackage = /^WP\d+/.exec(basename(file))?.[0] ?? ''
        const before = readFileSync(file)
        await move.move({ feature, workPackage, to: 'doing', force: true, reason: 'r', provenance })
        const { gone, come } = changedLines(
          before,
          readFileSync(join(demo.path('kitty-specs'), feature, ...rest)),
        )
        expect([file, gone.filter((line) => !/^lane:/.test(line))]).toEqual([file, []])
        expect([file, come]).toEqual([file, [expect.stringMatching(/^lane: ["']?doing["']?\s*(#.*)?\r?\n$/)]])
        moved += 1
      }
      expect(await services.warnings()).toEqual([])
    })
    expect(moved).toBeGreaterThan(80)
  })
})
