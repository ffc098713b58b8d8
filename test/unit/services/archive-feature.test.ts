import { readdirSync } from 'node:fs'
import { beforeEach, describe, expect, it } from 'vitest'
import { ArchiveFeature } from '../../../src/core/services/features/archive-feature.js'
import { FinalizeTasks } from '../../../src/core/services/features/finalize-tasks.js'
import type { ImportReport } from '../../../src/core/services/transfer/import-report.js'
import { NoteTask } from '../../../src/core/services/packages/note-task.js'
import { RenumberPackage } from '../../../src/core/services/renumber/renumber-package.js'
import { Scope } from '../../../src/core/services/scope.js'
import { Status } from '../../../src/core/services/board/status.js'
import { archivedNames } from '../../../src/core/workspace/archived-names.js'
import { bring } from '../../support/bring.js'
import { by, FEATURE, Project } from '../../support/project.js'

let demo: Project
beforeEach(async () => {
  demo = await new Project().withPackages({ WP01: {} })
  demo.write('kitty-specs/002-demo/tasks/WP01-a.md', '---\ntitle: A\n---\n')
  await demo.use(async (services) =>
    (await services.get(FinalizeTasks)).finalize({
      features: ['002-demo'],
      all: false,
      provenance: by('ada'),
    }),
  )
})

async function archive(restore = false, feature = FEATURE): Promise<void> {
  await demo.use(async (services) =>
    (await services.get(ArchiveFeature)).archive({
      feature,
      restore,
      reason: 'shipped',
      provenance: by('ada'),
    }),
  )
}

async function shown(archived = false): Promise<string[]> {
  return demo.use(async (services) => {
    const { features } = await (await services.get(Status)).board(undefined, archived)
    return features.map(({ feature }) => feature)
  })
}

const note = async () =>
  demo.use(async (services) =>
    (await services.get(NoteTask)).note({
      feature: FEATURE,
      workPackage: 'WP01',
      text: 'x',
      provenance: by('ada'),
    }),
  )

describe('an archived feature', () => {
  it('takes nothing from an import, which says so beforehand, and goes on when it is restored', async () => {
    const bringTitle = (title: string, dryRun = false): Promise<ImportReport> => {
      demo.write(
        'issues.jsonl',
        `${JSON.stringify({ id: 'x-1', title, created_at: '2024-05-01T10:00:00Z' })}\n`,
      )
      return demo.use((services) =>
        bring(services, 'beads', 'issues.jsonl', { source: 's', feature: FEATURE, dryRun }),
      )
    }
    await bringTitle('First')
    const file = `kitty-specs/${FEATURE}/tasks/WP02-first.md`
    const before = demo.read(file)
    await archive()
    expect(await bringTitle('First')).toMatchObject({ events: 0 })
    for (const dryRun of [true, false])
      await expect(bringTitle('Second', dryRun)).rejects.toThrow(`${FEATURE} was archived by ada`)
    expect(demo.read(file)).toBe(before)
    await archive(true)
    expect(await bringTitle('Second')).toMatchObject({ events: 1, files: 1 })
  })

  it('takes nothing from renumbering, and its files stay', async () => {
    const tasks = `kitty-specs/${FEATURE}/tasks`
    demo.write(`${tasks}/WP01-other.md`, '---\ntitle: Other\n---\n')
    const names = readdirSync(demo.path(tasks)).sort()
    const own = names.find((name) => name !== 'WP01-other.md') ?? ''
    await archive()
    for (const file of [own, 'WP01-other.md'])
      await expect(
        demo.use(async (services) =>
          (await services.get(RenumberPackage)).renumber({
            feature: FEATURE,
            workPackage: 'WP01',
            file,
            provenance: by('ada'),
          }),
        ),
      ).rejects.toThrow(`${FEATURE} was archived by ada`)
    expect(readdirSync(demo.path(tasks)).sort()).toEqual(names)
  })

  it('is off the board until it is asked for, and back on it when it is restored', async () => {
    await archive()
    expect(await shown()).toEqual(['002-demo'])
    expect(await shown(true)).toEqual([FEATURE, '002-demo'])
    await demo.use(async (services) => {
      const { features } = await (await services.get(Status)).board(FEATURE)
      expect(features[0]?.archived).toMatchObject({ actor: 'ada', reason: 'shipped', written_since: false })
      expect(await (await services.get(Scope)).activeFeatures()).toEqual(['002-demo'])
    })
    await archive(true)
    expect(await shown()).toEqual([FEATURE, '002-demo'])
  })

  it('takes no event but its restoration, which the refusal names', async () => {
    await archive()
    await expect(note()).rejects.toMatchObject({
      kind: 'StateTransitionError',
      exitCode: 1,
      nextSteps: [{ text: `kitty archive ${FEATURE} --restore` }],
    })
    await archive(true)
    await expect(note()).resolves.toBeDefined()
  })

  it('cannot be archived twice', async () => {
    await archive()
    await expect(archive()).rejects.toMatchObject({ kind: 'StateTransitionError' })
  })

  it('makes no name ambiguous, and is found by its own', async () => {
    await archive()
    await demo.use(async (services) => {
      const scope = await services.get(Scope)
      expect(await scope.feature('demo')).toBe('002-demo')
      expect(await scope.feature('1')).toBe(FEATURE)
      expect(await scope.feature(undefined)).toBe('002-demo')
    })
  })

  it('is passed over by completion in this clone', async () => {
    await archive()
    expect([...archivedNames(demo.path('.git', 'kitty'))]).toEqual([FEATURE])
    await archive(true)
    expect([...archivedNames(demo.path('.git', 'kitty'))]).toEqual([])
  })

  it('says so when it was written to since, as another clone may', async () => {
    await archive()
    const name = '2026-11-22.jsonl'
    const path = `.kittify/events/${name}`
    const last = demo.read(path).trimEnd().split('\n').at(-1) ?? ''
    const stray = JSON.parse(last) as Record<string, unknown>
    const event = {
      ...stray,
      event_id: '01KAN000000000000000000000',
      event_type: 'NoteAdded',
      entity_id: 'WP01',
      entity_type: 'WorkPackage',
      lamport_clock: Number(stray['lamport_clock']) + 1,
      payload: { feature_slug: FEATURE, text: 'late' },
      parents: [],
    }
    demo.write(path, `${demo.read(path)}${JSON.stringify(event)}\n`)
    await demo.use(async (services) => {
      const { features } = await (await services.get(Status)).board(FEATURE)
      expect(features[0]?.archived).toMatchObject({ written_since: true })
    })
  })

  it('is named by an otherwise empty board of the built program, with the command that shows it', async () => {
    await archive()
    expect(demo.run('status').stdout).not.toContain('archived')
    await archive(false, '002-demo')
    expect(demo.run('status').stdout).toContain('2 features are archived: kitty status --archived')
    expect(demo.run('status', '--archived').stdout).toContain(FEATURE)
    expect(demo.run('status', '--archived').stdout).not.toContain('are archived')
  })
})
