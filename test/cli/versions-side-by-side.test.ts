import { appendFileSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { dayFiles, loggedEvents } from '../support/log-files.js'
import { documentOf, failureIn, kitty } from '../support/program.js'
import { preparedRepository } from '../support/prepared-repository.js'
import { TempRepository } from '../support/temp-repository.js'

const BEFORE = fileURLToPath(new URL('before-definitions/', import.meta.url))
const OLD_LOG = readFileSync(join(BEFORE, 'log.jsonl'), 'utf8')
const OLD = JSON.parse(readFileSync(join(BEFORE, 'board.json'), 'utf8')) as {
  readonly progress: object
  readonly packages: readonly { readonly work_package: string; readonly history: readonly string[] }[]
}
const FILES: readonly (readonly [id: string, title: string, keys: string])[] = [
  ['WP01', 'Form', 'subtasks: [T001, T002]\n'],
  ['WP02', 'Mail', 'dependencies: [WP01]\n'],
  ['WP03', 'Bills', ''],
  ['WP04', 'Late', ''],
]

/** The old repository, with its files as they were. */
function oldRepository(): TempRepository {
  const repository = new TempRepository()
  repository.initKitty()
  for (const [id, title, keys] of FILES)
    repository.write(
      `kitty-specs/001-login/tasks/${id}-x.md`,
      `---\nwork_package_id: ${id}\ntitle: ${title}\n${keys}---\n# ${id}\n\n- [ ] T001 Draw\n`,
    )
  repository.write('.kittify/events/2026-11-29.jsonl', OLD_LOG)
  repository.commitAll('as it was')
  return repository
}

describe('a log from before definitions', () => {
  it('gives the board that it gave, but for the claims that two clones made concurrently', async () => {
    const { root } = oldRepository()
    const run = (...args: string[]) => kitty({ cwd: root }, ...args, '--json')
    const { features } = documentOf(await run('status')) as {
      features: [{ progress: object; conflicts: object[] }]
    }
    expect(features[0].progress).toEqual(OLD.progress)
    // WP03 stands against itself: its claims were once taken for an agreement.
    expect(features[0].conflicts).toMatchObject([{ entity_id: 'WP03', register: 'status' }])
    for (const { history, ...page } of OLD.packages) {
      const { work_package } = documentOf(await run('agent', 'tasks', 'show', page.work_package)) as {
        work_package: { history: { event_id: string }[]; marks: object[] }
      }
      expect(work_package).toMatchObject(page)
      expect(work_package.marks).toEqual([])
      expect(work_package.history.map(({ event_id }) => event_id)).toEqual(history)
    }
    expect(documentOf(await run('sync', '--check'))).toMatchObject({
      features: [{ created: [], changed: [], behind: [] }],
    })
    const text = readFileSync(join(root, '.kittify', 'events', '2026-11-29.jsonl'), 'utf8')
    expect(text).toBe(OLD_LOG)
  })
})

describe('a log with events of a newer kitty', () => {
  it('is no damage, and its packages are not moved by who cannot read it', async () => {
    const { root } = await preparedRepository()
    const run = (...args: string[]) => kitty({ cwd: root }, ...args, '--json')
    const created = loggedEvents(root).filter(({ event_type }) => event_type === 'WPCreated')
    const [first, second] = created
    const file = join(root, '.kittify', 'events', dayFiles(root).at(-1) ?? '')
    const clock = Math.max(...loggedEvents(root).map(({ lamport_clock }) => lamport_clock))
    const newer = [
      {
        ...first,
        event_id: '01KB5Q00000000000000000001',
        event_type: 'WPPromised',
        lamport_clock: clock + 1,
      },
      { ...second, event_id: '01KB5Q00000000000000000002', event_version: 7, lamport_clock: clock + 2 },
    ].map((event) => ({ ...event, parents: [] }))
    appendFileSync(file, newer.map((event) => `${JSON.stringify(event)}\n`).join(''))
    const lines = readFileSync(file, 'utf8')
    const verified = await run('agent', 'events', 'verify')
    expect(verified.code).toBe(0)
    const { problems, notices } = documentOf(verified) as {
      problems: object[]
      notices: { message: string }[]
    }
    expect(problems).toEqual([])
    expect(notices).toHaveLength(2)
    for (const { message } of notices) expect(message).toMatch(/written by a newer kitty.*Upgrade kitty/)
    for (const id of ['WP01', 'WP02']) {
      const refused = await run('move', id, 'doing')
      expect(refused.code).toBe(1)
      expect(failureIn(refused).message).toContain('upgrade kitty to move it')
    }
    expect(readFileSync(file, 'utf8')).toBe(lines)
    // A note says nothing about what is not understood.
    expect((await run('note', 'WP01', 'seen')).code).toBe(0)
  })
})
