import { beforeAll, describe, expect, it } from 'vitest'
import { loggedEvents } from '../support/log-files.js'
import { preparedRepository } from '../support/prepared-repository.js'
import { documentOf, failureIn, kitty, type Outcome } from '../support/program.js'

const stated = (key: string): string => `---\nwork_package_id: WP01\ntitle: T\n${key}\n---\n`
const titled = (title: string): string => `---\nwork_package_id: WP01\n${title}\n---\n`
const T = 'title: T\ndependencies: [WP01]\n---\n'

/** Files that are refused, with what the answer must say. */
const REFUSED: Readonly<Record<string, readonly [file: string, ...says: string[]]>> = {
  'a blank line first': [`\n---\n${T}`, 'WP01-x.md, line 2'],
  'a space first': [` ---\n${T}`, 'WP01-x.md, line 1'],
  'a comment first': [`<!-- x -->\n---\n${T}`, 'WP01-x.md, line 2'],
  'a comment and a blank line first': [`<!-- x -->\n\n---\n${T}`, 'WP01-x.md, line 3'],
  'no first line': [T, 'WP01-x.md, line 1'],
  'a code fence': [`\`\`\`yaml\n---\n${T}\`\`\`\n`, 'WP01-x.md, line'],
  'four hyphens': [`----\ntitle: T\n----\n`, 'WP01-x.md, line 1'],
  'plus signs': [`+++\ntitle = "T"\n+++\n`, 'WP01-x.md, line 1'],
  'a range of subtasks': [stated('subtasks: T001-T005'), 'T001-T005'],
  'a range among subtasks': [stated('subtasks: [T001, T003-T005]'), 'T003-T005'],
  'a subtask twice': [stated('subtasks: [T001, T001]'), 'T001'],
  'dependencies that are numbers': [stated('dependencies: [1, 2]'), 'WP01'],
  'a dependency with a leading zero': [stated('dependencies: [01]'), 'WP01'],
  'a colon in a title': [titled('title: a: b'), 'line 3', 'put the title in quotes'],
  'two colons in a title': [titled('title: a: b: c'), 'line 3', 'put the title in quotes'],
  'a title that is a list': [titled('title: [a]'), 'title'],
}

interface Definition {
  readonly title?: string
  readonly dependencies?: readonly string[]
  readonly subtasks?: readonly unknown[]
}

const MADE_ID: unknown = expect.stringMatching(/^s-[0-9A-HJKMNP-TV-Z]{8}$/)

/** Files that are read, with what they say. */
const READ: Readonly<Record<string, readonly [file: string, says: Definition]>> = {
  'a late block without keys of ours': ['# Real\n\n---\nfoo: 1\n---\n', { title: 'Real' }],
  'a byte order mark': [`\uFEFF${titled('title: Real')}`, { title: 'Real' }],
  CRLF: [titled('title: Real').replaceAll('\n', '\r\n'), { title: 'Real' }],
  'tabs after the colon': [titled('title:\t\tReal'), { title: 'Real' }],
  'subtasks with a comma': [stated('subtasks: T001, T002'), { subtasks: ['T001', 'T002'] }],
  'subtasks that are sentences': [
    stated('subtasks: [Write the docs, Write the tests]'),
    { subtasks: [MADE_ID, MADE_ID] },
  ],
  'subtasks that are objects': [
    stated('subtasks:\n  - id: T001\n    title: One\n    status: done'),
    { subtasks: ['T001'] },
  ],
  'dependencies "[]"': [stated('dependencies: "[]"'), { dependencies: [] }],
  'dependencies ""': [stated('dependencies: ""'), { dependencies: [] }],
  'dependencies none': [stated('dependencies: none'), { dependencies: [] }],
  'dependencies None': [stated('dependencies: None'), { dependencies: [] }],
  'dependencies n/a': [stated('dependencies: n/a'), { dependencies: [] }],
  'dependencies with a comma': [stated('dependencies: "WP02, WP03"'), { dependencies: ['WP02', 'WP03'] }],
  'title 1.10': [titled('title: 1.10'), { title: '1.10' }],
  'title 0x1F': [titled('title: 0x1F'), { title: '0x1F' }],
  'title true': [titled('title: true'), { title: 'true' }],
  'title null is none': [titled('title: null\nwork_package_title: Real'), { title: 'Real' }],
  work_package_title: [titled('work_package_title: Real'), { title: 'Real' }],
  'a heading after a fence': [
    `${titled('lane: planned')}\n\`\`\`\n# No\n\`\`\`\n\n# Real\n`,
    { title: 'Real' },
  ],
  'a review under the first heading': [
    `${titled('lane: planned')}\n## Review Feedback\n\n# Real\n`,
    { title: 'Real' },
  ],
}

const slugOf = (at: number, start: number): string => `${start + at}-case`
const FINALIZE = ['agent', 'feature', 'finalize-tasks', '--all', '--json'] as const
const pathOf = (slug: string, file = 'WP01-x.md'): string => `kitty-specs/${slug}/tasks/${file}`

interface Finalized {
  readonly outcome: Outcome
  readonly events: ReturnType<typeof loggedEvents>
}

/** One feature per case: the program reads all of them in one run. */
async function finalized(): Promise<Finalized> {
  const repository = await preparedRepository({})
  for (const [at, [file]] of Object.values(REFUSED).entries()) repository.write(pathOf(slugOf(at, 100)), file)
  for (const [at, [file]] of Object.values(READ).entries()) {
    repository.write(pathOf(slugOf(at, 300)), file)
    for (const id of ['WP02', 'WP03'])
      repository.write(pathOf(slugOf(at, 300), `${id}-x.md`), `---\nwork_package_id: ${id}\ntitle: T\n---\n`)
  }
  const outcome = await kitty({ cwd: repository.root }, ...FINALIZE)
  return { outcome, events: loggedEvents(repository.root) }
}

describe('what a package’s file says, to the program', () => {
  let made: Finalized
  beforeAll(async () => {
    made = await finalized()
  })

  it('that is invalid in some features makes sync exit 1, and the valid features are taken in', () => {
    expect(made.outcome.code).toBe(1)
    const { features } = failureIn(made.outcome).context as { features: { feature: string }[] }
    const good = features.map(({ feature }) => feature).filter((slug) => slug.startsWith('3'))
    expect(good).toHaveLength(Object.keys(READ).length)
  })

  it.each(Object.entries(REFUSED).map(([name, [, ...says]], at) => [name, at, says] as const))(
    'refuses %s, with file and line',
    (_, at, says) => {
      const reasons = JSON.stringify(failureIn(made.outcome).context).split('kitty-specs/')
      const about = reasons.filter((text) => text.startsWith(slugOf(at, 100))).join('\n')
      for (const text of says) expect(about).toContain(text)
      expect(made.events.some(({ payload }) => payload.feature_slug === slugOf(at, 100))).toBe(false)
    },
  )

  it.each(Object.entries(READ).map(([name, [, says]], at) => [name, at, says] as const))(
    'reads %s',
    (_, at, says) => {
      const created = made.events.find(
        (event) =>
          event.event_type === 'WPCreated' &&
          event.entity_id === 'WP01' &&
          event.payload.feature_slug === slugOf(at, 300),
      )
      expect(created?.payload).toMatchObject(says)
    },
  )
})

describe('names, to the program', () => {
  it('are features and packages, or are named with a reason', async () => {
    const repository = await preparedRepository({})
    const folders = [
      '002-Foo',
      '4-x',
      'login-01KW6N8W',
      'shared-packages',
      '2026-roadmap-01KW6N8W',
      '003_bar',
    ]
    const file = '---\ntitle: T\n---\n'
    for (const folder of folders) repository.write(pathOf(folder, 'WP01-x.md'), file)
    const files = ['WP02a-x.md', 'WP-03-x.md', 'WP04–x.md', 'doing/WP05-x.md', 'WP06-x.markdown', 'README.md']
    for (const name of files) repository.write(pathOf('login-01KW6N8W', name), file)
    const { stdout } = await kitty({ cwd: repository.root }, ...FINALIZE)
    const answer = documentOf({ code: 0, stdout, stderr: '' }) as {
      features?: { feature: string; skipped: { file: string }[] }[]
      skipped?: { file: string }[]
      error?: {
        context: { features: { feature: string; skipped: { file: string }[] }[]; skipped: { file: string }[] }
      }
    }
    const { features = [], skipped = [] } = answer.error?.context ?? answer
    expect(features.map(({ feature }) => feature).sort()).toEqual(['2026-roadmap-01KW6N8W', 'login-01KW6N8W'])
    const named = JSON.stringify([skipped, features])
    for (const folder of ['002-Foo', '4-x', 'shared-packages', '003_bar']) expect(named).toContain(folder)
    for (const name of files.slice(0, 5)) expect(named).toContain(name)
    expect(named).not.toContain('README.md')
    const status = documentOf(await kitty({ cwd: repository.root }, 'status', '--json')) as {
      features: { feature: string }[]
    }
    expect(status.features.map(({ feature }) => feature).sort()).toEqual([
      '2026-roadmap-01KW6N8W',
      'login-01KW6N8W',
    ])
  })
})
