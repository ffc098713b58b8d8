import { describe, expect, it } from 'vitest'
import { EditPackage } from '../../../src/core/services/packages/edit-package.js'
import { EventStore } from '../../../src/core/store/event-store.js'
import { bring } from '../../support/bring.js'
import { by, Project } from '../../support/project.js'

const FEATURE = '001-tasks'
const LOST = 'dependency (cycle, with what was added here)'

/** A board of a table in which each row waits for the rows that are named behind it. */
class Table extends Project {
  async import(rows: Readonly<Record<string, string>>) {
    const lines = Object.entries(rows).map(([id, after]) => `${id},Title of ${id},${after}\n`)
    this.write('tasks.csv', `id,title,depends on\n${lines.join('')}`)
    return this.use((services) => bring(services, 'csv', 'tasks.csv'))
  }

  async waitsFor(workPackage: string, after: readonly string[]): Promise<void> {
    const asked = { feature: FEATURE, workPackage, after, drop: [], provenance: by('ada') }
    await this.use(async (services) => (await services.get(EditPackage)).edit(asked))
  }

  async dependencies(): Promise<unknown> {
    const states = await this.use(async (services) => (await services.get(EventStore)).workPackages())
    return Object.fromEntries(states.map((one) => [one.work_package_id, one.dependencies]))
  }
}

describe('an update that would make packages wait for one another', () => {
  it('leaves out the dependency that closes the circle, and says so each time', async () => {
    const table = new Table()
    await table.import({ a: '', b: '', c: '' })
    await table.waitsFor('WP02', ['WP01'])
    const rows = { a: 'c;b', b: '', c: '' }
    expect(await table.import(rows)).toMatchObject({ lost: [{ what: LOST, count: 1 }] })
    const expected = { WP01: ['WP03'], WP02: ['WP01'], WP03: [] }
    expect(await table.dependencies()).toEqual(expected)
    expect(table.read(`kitty-specs/${FEATURE}/tasks/WP01-title-of-a.md`)).toContain('dependencies: [WP03]')
    expect(await table.import(rows)).toMatchObject({ events: 0, lost: [{ what: LOST, count: 1 }] })
  })

  it('leaves out one of two that close it only together, over several packages', async () => {
    const table = new Table()
    await table.import({ a: '', b: '', c: '', d: '' })
    await table.waitsFor('WP02', ['WP01'])
    await table.waitsFor('WP04', ['WP03'])
    expect(await table.import({ a: 'd', b: '', c: 'b', d: '' })).toMatchObject({
      lost: [{ what: LOST, count: 1 }],
    })
    expect(await table.dependencies()).toEqual({ WP01: ['WP04'], WP02: ['WP01'], WP03: [], WP04: ['WP03'] })
  })

  it('takes the dependency where the source takes back what is in its way', async () => {
    const table = new Table()
    await table.import({ a: '', b: 'a' })
    expect(await table.import({ a: 'b', b: '' })).toMatchObject({ lost: [] })
    expect(await table.dependencies()).toEqual({ WP01: ['WP02'], WP02: [] })
  })
})
