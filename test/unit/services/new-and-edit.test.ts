import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { beforeEach, describe, expect, it } from 'vitest'
import { isKittyError } from '../../../src/core/errors/kitty-error.js'
import type { LogEvent } from '../../../src/core/events-lib.js'
import { EditDraft } from '../../../src/core/services/packages/edit-draft.js'
import type { PackageEdits } from '../../../src/core/services/definitions/package-edits.js'
import { EditPackage, type EditResult } from '../../../src/core/services/packages/edit-package.js'
import {
  NewPackage,
  type NewRequest,
  type NewResult,
} from '../../../src/core/services/packages/new-package.js'
import { SyncFiles } from '../../../src/core/services/features/sync-files.js'
import { EventStore } from '../../../src/core/store/event-store.js'
import { by, FEATURE, Project } from '../../support/project.js'

const TASKS = `kitty-specs/${FEATURE}/tasks`
const FILE = `${TASKS}/WP01-part.md`

class Files extends Project {
  make(title: string, more: Partial<NewRequest> = {}): Promise<NewResult> {
    return this.use(async (services) => {
      const service = await services.get(NewPackage)
      const request = { feature: FEATURE, title, after: [], subtasks: [], provenance: by('ada'), ...more }
      return service.create(request)
    })
  }

  edit(edits: PackageEdits, workPackage = 'WP01', key: string | null = null): Promise<EditResult> {
    return this.use(async (services) => {
      const service = await services.get(EditPackage)
      return service.edit({ feature: FEATURE, workPackage, provenance: by('ada', key), ...edits })
    })
  }

  log(): Promise<LogEvent[]> {
    return this.use(async (services) => (await services.get(EventStore)).read())
  }

  state(workPackage: string) {
    return this.use(async (services) => (await services.get(EventStore)).workPackage(FEATURE, workPackage))
  }

  /** What the next sync would write. */
  check() {
    return this.use(async (services) =>
      (await services.get(SyncFiles)).sync({
        features: [],
        check: true,
        lanes: false,
        take: [],
        write: [],
        provenance: by('ada'),
      }),
    )
  }

  names(): string[] {
    return readdirSync(this.path(TASKS)).sort()
  }
}

async function refusal(work: () => Promise<unknown>): Promise<string | undefined> {
  try {
    await work()
    return undefined
  } catch (error) {
    return isKittyError(error) ? error.kind : String(error)
  }
}

let files: Files

beforeEach(async () => {
  files = new Files()
  await files.withPackages({ WP01: { subtasks: ['T001'] }, WP02: {} })
})

describe('a new package', () => {
  it('has the next free number, a file and one event that say the same', async () => {
    const made = await files.make('Send: the "receipt"', {
      after: ['wp1'],
      priority: 0,
      subtasks: ['Write it'],
    })
    expect(made).toMatchObject({ work_package: 'WP03', file: `${TASKS}/WP03-send-the-receipt.md` })
    expect(files.read(made.file)).toBe(
      '---\nwork_package_id: WP03\ntitle: "Send: the \\"receipt\\""\ndependencies: [WP01]\nsubtasks: [T002]\npriority: 0\n---\n\n# Send: the "receipt"\n\n## Subtasks\n\n- [ ] T002: Write it\n',
    )
    expect(await files.state('WP03')).toMatchObject({
      title: 'Send: the "receipt"',
      priority: 0,
      dependencies: ['WP01'],
      subtasks: [{ id: 'T002', done: false }],
    })
    expect((await files.check()).features[0]).toMatchObject({ created: [], changed: [], behind: [] })
  })

  it('never takes a number that a file or the log has had', async () => {
    files.write(`${TASKS}/WP07-by-hand.md`, '---\ntitle: By hand\n---\n')
    expect((await files.make('Next')).work_package).toBe('WP08')
  })

  it('brings along a package that it waits for and that has only a file', async () => {
    files.write(`${TASKS}/WP07-by-hand.md`, '---\ntitle: By hand\n---\n')
    await files.make('Next', { after: ['WP07'] })
    expect((await files.log()).slice(-2).map(({ entity_id }) => entity_id)).toEqual(['WP07', 'WP08'])
  })

  it('keeps the text it was given', async () => {
    const made = await files.make('Next', { body: 'Why\r\nand how' })
    expect(files.read(made.file)).toContain('---\n\nWhy\r\nand how\n')
  })

  it.each([
    ['a newline', 'a\nlane: done'],
    ['a carriage return', 'a\rb'],
    ['control characters', 'a\u001b]0;x\u0007'],
    ['an invisible character', 'a\u200bb'],
    ['nothing but blanks', '  '],
    ['10 KB', 'a'.repeat(10_240)],
  ])('is refused for a title with %s', async (_, title) => {
    expect(await refusal(() => files.make(title))).toBe('UsageError')
    expect(files.names()).toHaveLength(2)
  })

  it.each([
    'a: b # c',
    "it's {x} [y] | > & * !",
    '--- ',
    '../../etc/passwd',
    'true',
    '1.10',
    'Straße zum Café ☕',
  ])('has the title %j as it is', async (title) => {
    const made = await files.make(title)
    expect((await files.state(made.work_package))?.title).toBe(title.trim())
    expect(files.names()).toHaveLength(3)
  })

  it('is not there at all when its event is refused', async () => {
    const before = files.names()
    expect(await refusal(() => files.make(`ghp_${'a'.repeat(36)}`))).toBe('ValidationError')
    expect(await refusal(() => files.make('Next', { after: ['WP09'] }))).toBe('UnknownWorkPackage')
    const subtasks = ['T009: Read it', 'Write it', 'T009: Send it']
    expect(await refusal(() => files.make('Next', { subtasks }))).toBe('UsageError')
    expect(files.names()).toEqual(before)
  })

  it('is made once by one key', async () => {
    const first = await files.make('Once', { provenance: by('ada', 'key-1') })
    const again = await files.make('Once', { provenance: by('ada', 'key-1') })
    expect(again.event.event_id).toBe(first.event.event_id)
    expect(files.names()).toHaveLength(3)
    expect(await refusal(() => files.make('Other', { provenance: by('ada', 'key-1') }))).toBe('UsageError')
  })

  describe('whose first attempt was killed between its file and its event', () => {
    const asked = {
      after: ['WP01'],
      priority: 1,
      subtasks: ['Write it', 'Send it'],
      provenance: by('ada', 'k'),
    }
    let left: { path: string; text: string }

    beforeEach(async () => {
      const twin = new Files()
      await twin.withPackages({ WP01: { subtasks: ['T001'] }, WP02: {} })
      const { file, path } = await twin.make('A receipt', asked)
      left = { path: files.path(file), text: readFileSync(path, 'utf8') }
    })

    it('gets that file when it is asked for with the same key', async () => {
      writeFileSync(left.path, left.text)
      expect(await files.make('A receipt', asked)).toMatchObject({ work_package: 'WP03', path: left.path })
      expect(files.names()).toHaveLength(3)
      expect(readFileSync(left.path, 'utf8')).toBe(left.text)
      expect((await files.state('WP03'))?.subtasks.map(({ id }) => id)).toEqual(['T002', 'T003'])
    })

    it.each([
      ['that was changed since', `A receipt`, asked, (text: string) => `${text}\nMore.\n`],
      ['of another title', 'Another receipt', asked, (text: string) => text],
      ['without a key', 'A receipt', { ...asked, provenance: by('ada') }, (text: string) => text],
    ])('gets a file of its own next to one %s', async (_, title, again, change) => {
      writeFileSync(left.path, change(left.text))
      expect(await files.make(title, again)).toMatchObject({ work_package: 'WP04' })
      expect(readFileSync(left.path, 'utf8')).toBe(change(left.text))
    })
  })
})

describe('an edit', () => {
  const HEAD = 'work_package_id: WP01\r\ntitle: \'Part "one"\' # its name\r\nsubtasks:\r\n  - T001\r\n'
  const TEXT = `\ufeff---\r\n${HEAD}extra: {a: 1}   \r\n---\r\n\r\n# Part\r\n\tno newline at the end`

  it('changes the lines it is about and no other byte', async () => {
    files.write(FILE, TEXT)
    const result = await files.edit({ title: "Dad's part", priority: 1, after: ['WP02'] })
    expect(result.changed).toEqual(['title', 'priority', 'dependencies'])
    expect(files.read(FILE)).toBe(
      TEXT.replace('Part "one"', "Dad''s part").replace(
        'work_package_id: WP01\r\n',
        'work_package_id: WP01\r\ndependencies: [WP02]\r\npriority: 1\r\n',
      ),
    )
    expect(await files.state('WP01')).toMatchObject({
      title: "Dad's part",
      priority: 1,
      dependencies: ['WP02'],
    })
    expect((await files.check()).features[0]).toMatchObject({ created: [], changed: [], behind: [] })
  })

  it('replaces the text and keeps the front matter', async () => {
    files.write(FILE, TEXT)
    await files.edit({ body: 'New\n' })
    expect(files.read(FILE)).toBe(`\ufeff---\r\n${HEAD}extra: {a: 1}   \r\n---\r\n\r\nNew\n`)
  })

  it('that changes nothing writes nothing', async () => {
    const events = (await files.log()).length
    expect(await files.edit({ title: 'Part WP01' })).toMatchObject({ changed: [], event: null })
    expect(await files.log()).toHaveLength(events)
  })

  it('counts even if the log had the value before', async () => {
    await files.edit({ title: 'B' })
    await files.edit({ title: 'C' })
    await files.edit({ title: 'B' })
    expect((await files.state('WP01'))?.title).toBe('B')
    await files.edit({ after: ['WP02'] })
    await files.edit({ drop: ['WP02'] })
    expect((await files.state('WP01'))?.dependencies).toEqual([])
  })

  it('leaves what others wrote into the log alone', async () => {
    await files.edit({ title: 'B' })
    const text = files.read(FILE).replace('"B"', 'Part WP01')
    await files.edit({ title: 'C' })
    // As a checkout of an older commit leaves the file.
    writeFileSync(files.path(FILE), text)
    await files.edit({ priority: 3 })
    expect(await files.state('WP01')).toMatchObject({ title: 'Part WP01', priority: 3 })
  })

  it('that would make packages wait for one another leaves file and log alone', async () => {
    await files.edit({ after: ['WP01'] }, 'WP02')
    const before = files.read(FILE)
    expect(await refusal(() => files.edit({ after: ['WP02'] }))).toBe('ValidationError')
    expect(files.read(FILE)).toBe(before)
    expect((await files.state('WP01'))?.dependencies).toEqual([])
  })

  it('is refused for what is not there', async () => {
    expect(await refusal(() => files.edit({ after: ['WP09'] }))).toBe('UnknownWorkPackage')
    expect(await refusal(() => files.edit({ drop: ['WP02'] }))).toBe('UsageError')
    expect(await refusal(() => files.edit({ title: 'x' }, 'WP09'))).toBe('UnknownWorkPackage')
    expect(await refusal(() => files.edit({ title: 'a\nb' }))).toBe('UsageError')
  })

  it.each([
    ['title: "A"   # why', { title: 'B' }, 'title: "B"   # why'],
    ['title: A # why', { title: 'B' }, 'title: "B" # why'],
    ['priority: 3\t# why', { priority: 1 }, 'priority: 1\t# why'],
    ['dependencies: [WP02] # why', { drop: ['WP02'] }, 'dependencies: [] # why'],
    ['dependencies: # why', { after: ['WP02'] }, 'dependencies: [WP02] # why'],
    [
      'dependencies: # why\n- WP02 # first\n# then\n- "WP03"',
      { drop: ['WP02'], after: ['WP04'] },
      'dependencies: # why\n# then\n- "WP03"\n- WP04',
    ],
  ])('of %j with %j leaves comments and quotes', async (line, edits, right) => {
    for (const id of ['WP03', 'WP04']) files.write(`${TASKS}/${id}-x.md`, '')
    files.write(FILE, `---\n${line}\nother: 1\n---\n`)
    await files.edit(edits)
    expect(files.read(FILE)).toBe(`---\n${right}\nother: 1\n---\n`)
  })

  it('is made once by one key', async () => {
    const first = await files.edit({ title: 'B' }, 'WP01', 'key-1')
    await files.edit({ title: 'C' })
    expect((await files.edit({ title: 'B' }, 'WP01', 'key-1')).event).toEqual(first.event)
    expect((await files.state('WP01'))?.title).toBe('C')
  })

  it('is the same edit when it names what the log said already, and another one when it does not', async () => {
    const first = await files.edit({ title: 'B', priority: 2, drop: [] }, 'WP01', 'key-1')
    expect(first.changed).toEqual(['title'])
    await files.edit({ priority: 4 })
    expect((await files.edit({ title: 'B', priority: 2 }, 'WP01', 'key-1')).event).toEqual(first.event)
    for (const other of [{ title: 'C' }, { title: 'B', priority: 4 }, { title: 'B', after: ['WP02'] }])
      expect(await refusal(() => files.edit(other, 'WP01', 'key-1'))).toBe('UsageError')
    expect(await refusal(() => files.edit({ title: 'B' }, 'WP02', 'key-1'))).toBe('UsageError')
  })

  describe('whose first attempt was killed between its file and its event', () => {
    /** Leaves the file as the edit would, and the log without its event. */
    async function killed(edits: PackageEdits): Promise<void> {
      const twin = new Files()
      await twin.withPackages({ WP01: { subtasks: ['T001'] }, WP02: {} })
      twin.write(FILE, files.read(FILE))
      const { path } = await twin.edit(edits)
      files.write(FILE, readFileSync(path, 'utf8'))
    }

    it.each([
      ['a title and a priority', { title: 'B', priority: 1 }, ['title', 'priority']],
      ['a dependency', { after: ['WP02'] }, ['dependencies']],
    ])('gets its event: %s', async (_, edits, changed) => {
      await killed(edits)
      const again = await files.edit(edits, 'WP01', 'key-1')
      expect(again.changed).toEqual(changed)
      expect(again.event?.causation_id).toBe('key-1')
      expect((await files.edit(edits, 'WP01', 'key-1')).event).toEqual(again.event)
      expect((await files.check()).events).toBe(0)
    })

    it('gets its event: a package that it no longer waits for', async () => {
      await files.edit({ after: ['WP02'] })
      await killed({ drop: ['WP02'] })
      expect((await files.edit({ drop: ['WP02'] }, 'WP01', 'key-1')).event?.causation_id).toBe('key-1')
      expect((await files.state('WP01'))?.dependencies).toEqual([])
    })

    it('wins over what the log has there by now', async () => {
      await files.edit({ title: 'B' })
      const text = files.read(FILE)
      await files.edit({ title: 'C' })
      files.write(FILE, text)
      // Behind: as a sync would judge it.
      expect((await files.edit({ title: 'B' }, 'WP01', 'key-1')).event?.causation_id).toBe('key-1')
      expect((await files.state('WP01'))?.title).toBe('B')
    })

    it('is not taken for a change by someone else when the whole file was replaced', async () => {
      const [before, text] = [files.read(FILE), files.read(FILE).replace('Part WP01', 'B')]
      files.write(FILE, text)
      const result = await files.use(async (services) =>
        (await services.get(EditPackage)).replace({
          feature: FEATURE,
          workPackage: 'WP01',
          bytes: Buffer.from(text),
          before: Buffer.from(before),
          provenance: by('ada', 'key-1'),
        }),
      )
      expect(result.changed).toEqual(['title'])
      expect(result.event?.causation_id).toBe('key-1')
    })
  })
})

describe('a draft', () => {
  const request = { feature: FEATURE, workPackage: 'WP01', provenance: by('ada') }

  it('is taken over whole and removed', async () => {
    const { draft, result } = await files.use(async (services) => {
      const drafts = await services.get(EditDraft)
      const draft = drafts.begin(request)
      writeFileSync(draft.path, readFileSync(draft.path, 'utf8').replace('Part WP01', 'By hand'))
      return { draft, result: await drafts.finish(request, draft) }
    })
    expect(result.changed).toEqual(['title'])
    expect((await files.state('WP01'))?.title).toBe('By hand')
    expect(existsSync(draft.path)).toBe(false)
  })

  it.each([
    ['cannot be read', (text: string) => text.replace('---', '----')],
    ['names another package', (text: string) => text.replace('WP01', 'WP09')],
    ['has no front matter any more', () => 'only words\n'],
    ['is in another encoding', () => '\uFEFF\u0000\u0000'],
  ])('that %s is kept, and the file stays as it was', async (_, spoil) => {
    const before = files.read(FILE)
    await files.use(async (services) => {
      const drafts = await services.get(EditDraft)
      const draft = drafts.begin(request)
      writeFileSync(draft.path, spoil(before))
      await expect(drafts.finish(request, draft)).rejects.toThrow(draft.path)
      expect(readFileSync(draft.path, 'utf8')).toBe(spoil(before))
    })
    expect(files.read(FILE)).toBe(before)
  })

  it.each([
    ['emptied', (path: string) => writeFileSync(path, ' \n')],
    ['removed', (path: string) => rmSync(path)],
  ])('that the editor %s changes nothing, and nothing is said to be kept', async (_, leave) => {
    const before = files.read(FILE)
    await files.use(async (services) => {
      const drafts = await services.get(EditDraft)
      const draft = drafts.begin(request)
      leave(draft.path)
      await expect(drafts.finish(request, draft)).rejects.toMatchObject({
        kind: 'ValidationError',
        message: 'The editor left no text, so nothing was changed.',
      })
      expect(existsSync(draft.path)).toBe(false)
      const again = drafts.begin(request)
      rmSync(again.path)
      expect(drafts.failed('as the editor says', again)).toBe('as the editor says')
    })
    expect(files.read(FILE)).toBe(before)
  })

  it('loses against a file that changed in between, and is kept', async () => {
    await files.use(async (services) => {
      const drafts = await services.get(EditDraft)
      const draft = drafts.begin(request)
      writeFileSync(draft.path, `${draft.before.toString()}mine\n`)
      writeFileSync(files.path(FILE), `${draft.before.toString()}theirs\n`)
      await expect(drafts.finish(request, draft)).rejects.toMatchObject({ kind: 'LostRace' })
      expect(existsSync(draft.path)).toBe(true)
    })
    expect(files.read(FILE)).toContain('theirs')
  })
})
