import 'reflect-metadata'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { createContainer } from '../../../src/core/di/container.js'
import type { Exporter, Importer, TransferDocument, TransferItem } from '../../../src/core/plugin/define.js'
import { definePlugin } from '../../../src/core/plugin/definition.js'
import { extensionsOf } from '../../../src/core/plugin/host/extensions.js'
import { ExportBoard } from '../../../src/core/services/transfer/export-board.js'
import type { ImportReport } from '../../../src/core/services/transfer/import-report.js'
import { TransferFormats } from '../../../src/core/services/transfer/transfer-formats.js'
import { EventStore } from '../../../src/core/store/event-store.js'
import type { Resolver } from '../../../src/core/token.js'
import { DEFAULT_WORKFLOW, type WorkflowTable } from '../../../src/core/events-lib.js'
import { Workflow } from '../../../src/core/workspace/config.js'
import { bring as bringWith } from '../../support/bring.js'
import { testSession } from '../../support/session.js'
import { TempRepository } from '../../support/temp-repository.js'

/** A line is a package: an ID, a colon and its title. */
const LINE = /^(\w+): (.+)$/
const item = (id: string, title: string): TransferItem => ({
  id,
  title,
  workPackage: null,
  body: '',
  createdAt: null,
  createdBy: null,
  updatedAt: null,
  updatedBy: null,
  dependencies: [],
  subtasks: [],
  tags: [],
  priority: null,
  assignee: null,
  lane: undefined,
  changes: [],
})

const importer: Importer = {
  format: 'lines',
  summary: 'a line for each package',
  places: [{ folder: '', depth: 0 }],
  accepts: (path) => path.endsWith('.lines'),
  read: (files) => {
    const lines = files.flatMap(({ path, bytes }) =>
      new TextDecoder()
        .decode(bytes)
        .trimEnd()
        .split('\n')
        .map((text, at) => ({ path, line: at + 1, found: LINE.exec(text) })),
    )
    const feature = { id: '', source: null, name: 'lines', title: 'Lines', mission: null }
    return {
      format: 'lines',
      source: 'notebook',
      workflow: null,
      roles: {},
      features: [
        {
          ...feature,
          createdAt: null,
          createdBy: null,
          items: lines.flatMap(({ found }) => (found ? [item(found[1] ?? '', found[2] ?? '')] : [])),
          notes: [],
        },
      ],
      problems: lines.flatMap(({ path, line, found }) =>
        found ? [] : [{ file: path, line, message: 'no colon after an ID' }],
      ),
      losses: [],
    }
  },
}

const exporter: Exporter = {
  format: 'lines',
  summary: 'a line for each package',
  isFolder: false,
  write: ({ features }) => {
    const items = features.flatMap((feature) => feature.items)
    return [{ path: 'board.lines', text: items.map(({ id, title }) => `${id}: ${title}\n`).join('') }]
  },
}

interface Format {
  readonly importer?: Importer
  readonly exporter?: Exporter
}

async function use<T>(
  root: string,
  work: (services: Resolver) => Promise<T>,
  format: Format = {},
): Promise<T> {
  const definition = definePlugin({
    name: 'lines',
    importers: [format.importer ?? importer],
    exporters: [format.exporter ?? exporter],
  })
  const services = createContainer(testSession({ cwd: root }), extensionsOf([{ definition, module: '' }]))
  try {
    return await work(services)
  } finally {
    await (await services.resolve(EventStore)).close()
  }
}

function bring(root: string, path: string, format?: Format): Promise<ImportReport> {
  return use(root, (services) => bringWith(services, 'lines', path), format)
}

describe('a format that a plugin adds', () => {
  it('imports, updates, names damaged lines and exports, as kitty’s own formats do', async () => {
    const repository = new TempRepository()
    repository.initKitty()
    const { root } = repository
    writeFileSync(join(root, 'board.lines'), 'a: First\nnothing\nb: Second\n')
    expect(await bring(root, 'board.lines')).toMatchObject({
      features: [{ feature: '001-lines', source: 'notebook', created: ['WP01', 'WP02'] }],
      problems: [{ line: 2, message: 'no colon after an ID' }],
    })
    writeFileSync(join(root, 'board.lines'), 'a: First, renamed\nb: Second\n')
    expect(await bring(root, 'board.lines')).toMatchObject({ features: [{ created: [], changed: ['WP01'] }] })
    expect(await bring(root, 'board.lines')).toMatchObject({ events: 0 })
    const [file] = await use(root, async (services) =>
      (await services.resolve(ExportBoard)).files(
        (await services.resolve(TransferFormats)).exporter('lines'),
        undefined,
      ),
    )
    expect(file?.text).toMatch(/: First, renamed\n.*: Second\n$/)
  })

  it("cannot change the project's workflow for the command that runs it", async () => {
    const repository = new TempRepository()
    repository.initKitty()
    writeFileSync(join(repository.root, 'board.lines'), 'a: First\n')
    const before = [...DEFAULT_WORKFLOW.lanes]
    const meddle = (table: WorkflowTable): void => {
      // Cast: the type forbids this, plain JavaScript does not.
      ;(table.lanes as string[]).length = 0
    }
    const format: Format = {
      importer: {
        ...importer,
        read: (files, options) => (meddle(options.table), importer.read(files, options)),
      },
      exporter: { ...exporter, write: (document, table) => (meddle(table), exporter.write(document, table)) },
    }
    const lanes = await use(
      repository.root,
      async (services) => {
        await bringWith(services, 'lines', 'board.lines')
        const formats = await services.resolve(TransferFormats)
        await (await services.resolve(ExportBoard)).files(formats.exporter('lines'), undefined)
        return (await services.resolve(Workflow)).lanes
      },
      format,
    )
    expect(lanes).toEqual(before)
  })

  const fails = (): never => {
    throw new Error('out of order')
  }
  // Casts: no type keeps plain JavaScript from answering anything.
  it.each([
    ['throws while it looks for files', { accepts: fails }, 'out of order'],
    ['throws while it reads', { read: fails }, 'out of order'],
    ['fails later', { read: () => Promise.reject(new Error('out of order')) }, 'out of order'],
    ['reads nothing', { read: () => undefined as never }, 'it read no document'],
  ])('is named with its plugin when it %s', async (_, broken, reason) => {
    const repository = new TempRepository()
    repository.initKitty()
    const { root } = repository
    writeFileSync(join(root, 'board.lines'), 'a: First\n')
    await expect(bring(root, '.', { importer: { ...importer, ...broken } })).rejects.toMatchObject({
      kind: 'InternalError',
      message: `The format lines of the plugin lines failed: ${reason}`,
    })
  })

  const read = item('a', 'First')
  const document = importer.read([], { table: DEFAULT_WORKFLOW }) as TransferDocument
  const withItems = (...items: readonly unknown[]) => ({
    ...document,
    features: [{ ...document.features[0], items }],
  })
  it.each<readonly [read: unknown, reason: string]>([
    ['text', 'it read no document'],
    [{ ...document, features: [null] }, 'features[0] is no object'],
    [{ ...document, features: [document.features[0], document.features[0]] }, 'features[1].id is that of'],
    [{ ...document, problems: ['bad'] }, 'problems[0] is no object'],
    [{ ...document, losses: [null] }, 'losses[0] is no object'],
    [withItems(read, null), 'features[0].items[1] is no object'],
    [withItems(read, read), 'features[0].items[1].id is that of another one: a'],
    [withItems({ ...read, title: 5 }), 'features[0].items[0].title is no text'],
    [withItems({ ...read, changes: undefined }), 'features[0].items[0].changes is no list'],
    [withItems({ ...read, changes: [{ kind: 'other' }] }), 'features[0].items[0].changes[0].kind is none of'],
    [
      withItems({ ...read, changes: [{ kind: 'note', id: null, at: null, by: null }] }),
      'features[0].items[0].changes[0].text is no text',
    ],
    [
      withItems({ ...read, lane: { status: 'x', role: 'odd', lane: null, at: null, by: null } }),
      'features[0].items[0].lane.role is none of initial',
    ],
  ])('is named with its plugin, and nothing is written, when it reads %j', async (broken, reason) => {
    const repository = new TempRepository()
    repository.initKitty()
    writeFileSync(join(repository.root, 'board.lines'), 'a: First\n')
    // Cast: no type keeps plain JavaScript from answering anything.
    const format: Format = { importer: { ...importer, read: () => broken as never } }
    await expect(bring(repository.root, 'board.lines', format)).rejects.toMatchObject({
      kind: 'InternalError',
      message: expect.stringMatching(/^The format lines of the plugin lines failed: /) as string,
    })
    await expect(bring(repository.root, 'board.lines', format)).rejects.toThrow(reason)
    expect(existsSync(repository.path('kitty-specs'))).toBe(false)
    expect(
      await use(repository.root, async (services) => (await services.resolve(EventStore)).read()),
    ).toEqual([])
  })

  it('imports no package that waits for itself, and says what it left out', async () => {
    const repository = new TempRepository()
    repository.initKitty()
    writeFileSync(join(repository.root, 'board.lines'), 'a: First\n')
    const circle = withItems(
      { ...read, dependencies: ['a', 'b'] },
      { ...item('b', 'Second'), dependencies: ['a'] },
    ) as TransferDocument
    const report = await bring(repository.root, 'board.lines', {
      importer: { ...importer, read: () => circle },
    })
    expect(report.lost).toEqual([
      { what: 'dependency (itself)', where: 'dropped', count: 1 },
      { what: 'dependency (cycle)', where: 'dropped', count: 1 },
    ])
    const states = await use(repository.root, async (services) =>
      (await services.resolve(EventStore)).workPackages(),
    )
    expect(states.map(({ dependencies }) => dependencies)).toEqual([['WP02'], []])
  })

  it.each([
    ['throws', fails, 'out of order'],
    ['writes nothing', () => undefined as never, 'it wrote no files'],
    ['writes what is no file', () => [{ path: 5 }] as never, 'it wrote no files'],
  ])('is named with its plugin when its exporter %s', async (_, write, reason) => {
    const repository = new TempRepository()
    repository.initKitty()
    const asked = use(
      repository.root,
      async (services) => {
        const formats = await services.resolve(TransferFormats)
        return (await services.resolve(ExportBoard)).files(formats.exporter('lines'), undefined)
      },
      { exporter: { ...exporter, write } },
    )
    await expect(asked).rejects.toMatchObject({
      kind: 'InternalError',
      message: `The format lines of the plugin lines failed: ${reason}`,
    })
  })

  it('is listed with the others where a format is unknown', async () => {
    const repository = new TempRepository()
    repository.initKitty()
    const asked = use(repository.root, async (services) =>
      (await services.resolve(TransferFormats)).importer('pages'),
    )
    await expect(asked).rejects.toMatchObject({
      context: { formats: expect.arrayContaining(['csv', 'lines']) as unknown },
    })
  })
})
