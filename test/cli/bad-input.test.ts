import { chmodSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { LOGIN, preparedRepository } from '../support/prepared-repository.js'
import { failureIn, kitty } from '../support/program.js'
import { writeFeature } from '../support/specs.js'
import { tempFolder } from '../support/temp-folder.js'
import { TempRepository } from '../support/temp-repository.js'
import { changedPaths, treeOf } from '../support/tree.js'
import { POSIX } from '../support/posix.js'

interface Refusal {
  readonly code: number
  readonly kind: string
  /** What the message or the next steps must say. */
  readonly says: RegExp
}

/** Sees that the command is refused as it should be, and that nothing is written. */
async function refused(root: string, args: readonly string[], { code, kind, says }: Refusal): Promise<void> {
  const before = treeOf(root)
  const asked = await kitty({ cwd: root }, ...args, '--json')
  const failure = failureIn(asked)
  expect([asked.code, failure.kind, failure.message]).toEqual([code, kind, failure.message])
  expect(`${failure.message}\n${failure.next_steps.map(({ text }) => text).join('\n')}`).toMatch(says)
  expect(failure.next_steps.length).toBeGreaterThan(0)
  expect(asked.stderr).toBe('')
  expect(changedPaths(before, treeOf(root))).toEqual([])
}

const MOVE = ['agent', 'tasks', 'move-task'] as const
const FINALIZE = ['agent', 'feature', 'finalize-tasks'] as const
const READY = async (): Promise<string> => (await preparedRepository()).root

describe('a refusal', () => {
  it('tells a person the same on stderr, with what to type next and without a stack, and keeps stdout empty', async () => {
    const { root } = await preparedRepository()
    for (const args of [
      ['nosuch'],
      [...MOVE, 'WP01', '--to', 'done'],
      [...FINALIZE, '--feature', '../../etc'],
    ]) {
      const [asked, read] = await Promise.all([
        kitty({ cwd: root }, ...args, '--json'),
        kitty({ cwd: root }, ...args),
      ])
      const { message } = failureIn(asked)
      expect([read.code, read.stdout]).toEqual([asked.code, ''])
      expect(read.stderr).toContain(message)
      expect(read.stderr).toMatch(/^ {2}-> \S/m)
      expect(read.stderr).not.toMatch(/^\s+at .*:\d+/m)
    }
  })
})

describe('where nothing is set up', () => {
  it('outside git: says so, and to run git init', async () => {
    await refused(tempFolder(), ['status'], { code: 5, kind: 'NotAGitRepository', says: /git init/ })
  })

  it('init outside git makes nothing', async () => {
    await refused(tempFolder(), ['init'], {
      code: 5,
      kind: 'NotAGitRepository',
      says: /not inside a git repository/,
    })
  })

  it('init with a new log but no reason for it sets nothing up', async () => {
    await refused(new TempRepository().root, ['init', '--new-log', '--reason', ' '], {
      code: 2,
      kind: 'UsageError',
      says: /A new log needs a reason/,
    })
  })

  it('before init: says so, and to run kitty init', async () => {
    await refused(new TempRepository().root, [...MOVE, 'WP01', '--to', 'doing'], {
      code: 5,
      kind: 'NotInitialised',
      says: /kitty init/,
    })
  })
})

describe('which feature, which package, which lane', () => {
  it('an unknown feature: names it and lists those there are', async () => {
    await refused(await READY(), [...MOVE, 'WP01', '--to', 'doing', '--feature', '099-nope'], {
      code: 2,
      kind: 'UnknownFeature',
      says: /099-nope[^]*001-login/,
    })
  })

  it('an ambiguous feature: lists them instead of guessing', async () => {
    const { root } = await preparedRepository({ '001-login': LOGIN, '002-search': LOGIN })
    const says = /001-login\/WP01[^]*002-search\/WP01/
    await refused(root, [...MOVE, 'WP01', '--to', 'doing'], { code: 2, kind: 'AmbiguousFeature', says })
  })

  it('an unknown package: names it and lists those there are', async () => {
    const root = await READY()
    await refused(root, [...MOVE, 'WP09', '--to', 'doing'], {
      code: 2,
      kind: 'UnknownWorkPackage',
      says: /WP09[^]*WP01, WP02, WP03/,
    })
    await refused(root, [...MOVE, 'nonsense', '--to', 'doing'], { code: 2, kind: 'UsageError', says: /WP01/ })
  })

  it('an unknown lane: lists the lanes, wherever one is asked for', async () => {
    const root = await READY()
    const refusal = {
      code: 2,
      kind: 'UsageError',
      says: /nirvana[^]*planned, doing, for_review, done, rejected/,
    }
    await refused(root, [...MOVE, 'WP01', '--to', 'nirvana'], refusal)
    await refused(root, [...MOVE, 'WP01', '--to', 'doing', '--expect', 'nirvana'], refusal)
    await refused(root, ['agent', 'tasks', 'list', '--lane', 'nirvana'], refusal)
  })

  it.each(['../../etc', '\u202e001-login'])('--feature %j is refused by its form alone', async (slug) => {
    await refused(await READY(), ['agent', 'tasks', 'list', '--feature', slug], {
      code: 2,
      kind: 'UsageError',
      says: /lower-case|digits/,
    })
  })

  it('a slug that leads out of the folder makes no feature', async () => {
    await refused(await READY(), ['agent', 'feature', 'setup-spec', '001-../x'], {
      code: 2,
      kind: 'UsageError',
      says: /lower-case/,
    })
  })
})

describe('what the workflow refuses', () => {
  it('a move the table does not have: says which there are', async () => {
    const says = /WP01[^]*kitty move 001\/WP01 doing/
    await refused(await READY(), [...MOVE, 'WP01', '--to', 'done'], {
      code: 1,
      kind: 'StateTransitionError',
      says,
    })
  })

  it('a package whose dependencies are not done: names them', async () => {
    const says = /WP01[^]*WP02/
    await refused(await READY(), [...MOVE, 'WP03', '--to', 'doing'], {
      code: 1,
      kind: 'DependencyValidationError',
      says,
    })
  })

  it('--force without a reason', async () => {
    await refused(await READY(), [...MOVE, 'WP01', '--to', 'done', '--force'], {
      code: 2,
      kind: 'UsageError',
      says: /--reason/,
    })
  })

  it('a package that is not where it was expected: names who moved it, when and to what', async () => {
    const root = await READY()
    await kitty({ cwd: root, env: { KITTY_ACTOR: 'bob' } }, ...MOVE, 'WP01', '--to', 'doing')
    const says = /WP01 is in doing, not in planned: bob moved it there at 20\d\d-/
    await refused(root, [...MOVE, 'WP01', '--to', 'doing', '--expect', 'planned'], {
      code: 6,
      kind: 'LostRace',
      says,
    })
  })
})

describe('work packages that cannot be taken in', () => {
  const SLUG = '002-search'
  const finalize = (root: string, refusal: Refusal): Promise<void> =>
    refused(root, [...FINALIZE, '--feature', SLUG], refusal)

  it('two files of one id: names both', async () => {
    const repository = await preparedRepository()
    writeFeature(repository, SLUG, LOGIN)
    repository.write(
      `kitty-specs/${SLUG}/tasks/WP01-again.md`,
      '---\nwork_package_id: WP01\ntitle: again\n---\n',
    )
    await finalize(repository.root, {
      code: 1,
      kind: 'ValidationError',
      says: /WP01-again\.md[^]*WP01-part\.md/,
    })
  })

  it('dependencies in a circle: shows the circle', async () => {
    const repository = await preparedRepository()
    const circle = [
      { id: 'WP01', dependencies: ['WP03'] },
      { id: 'WP02', dependencies: ['WP01'] },
      { id: 'WP03', dependencies: ['WP02'] },
    ]
    writeFeature(repository, SLUG, circle)
    await finalize(repository.root, { code: 1, kind: 'ValidationError', says: /WP01 → WP03 → WP02 → WP01/ })
  })

  it('a dependency that does not exist: names file and dependency', async () => {
    const repository = await preparedRepository()
    writeFeature(repository, SLUG, [{ id: 'WP01', dependencies: ['WP07'] }])
    await finalize(repository.root, { code: 1, kind: 'ValidationError', says: /WP01-part\.md.*WP07/ })
  })

  it.each([
    ['never closed', '---\nwork_package_id: WP02\n'],
    ['no YAML', '---\nwork_package_id: [WP02\ntitle: "x\n---\n'],
    ['script', '---js\n{ work_package_id: process.exit(99) }\n---\n'],
    ['another id than the name', '---\nwork_package_id: WP05\n---\n'],
  ])('front matter that is broken (%s): names the file', async (_, text) => {
    const repository = await preparedRepository()
    writeFeature(repository, SLUG, [{ id: 'WP01' }])
    repository.write(`kitty-specs/${SLUG}/tasks/WP02-broken.md`, text)
    await finalize(repository.root, { code: 3, kind: 'DamagedData', says: /WP02-broken\.md/ })
  })

  it('no tasks folder: says where to put the files', async () => {
    const repository = await preparedRepository()
    repository.write(`kitty-specs/${SLUG}/spec.md`, '# search\n')
    await finalize(repository.root, { code: 2, kind: 'UsageError', says: /tasks.*does not exist/ })
  })

  it('something in a file’s place that cannot be read: names it', async () => {
    const repository = await preparedRepository()
    writeFeature(repository, SLUG, [{ id: 'WP01' }])
    mkdirSync(join(repository.root, 'kitty-specs', SLUG, 'tasks', 'WP02-folder.md'))
    await finalize(repository.root, { code: 3, kind: 'DamagedData', says: /WP02-folder\.md/ })
  })

  // Root may read everything.
  it.skipIf(!POSIX || process.getuid?.() === 0)('a file without permission to read: names it', async () => {
    const repository = await preparedRepository()
    writeFeature(repository, SLUG, [{ id: 'WP01' }])
    chmodSync(join(repository.root, 'kitty-specs', SLUG, 'tasks', 'WP01-part.md'), 0)
    await finalize(repository.root, { code: 3, kind: 'DamagedData', says: /WP01-part\.md/ })
  })

  it('--all takes the good features, names the bad one and exits with 1', async () => {
    const repository = await preparedRepository()
    writeFeature(repository, '002-fine', LOGIN)
    writeFeature(repository, '003-wrong', [{ id: 'WP01', dependencies: ['WP01'] }])
    const refusal = await kitty({ cwd: repository.root }, ...FINALIZE, '--all', '--json')
    expect(refusal.code).toBe(1)
    expect(refusal.stdout).toMatch(/003-wrong[^]*depends on itself/)
    const board = await kitty(
      { cwd: repository.root },
      'agent',
      'tasks',
      'list',
      '--feature',
      '002-fine',
      '--json',
    )
    expect(board.stdout).toContain('"WP01"')
  })
})

describe('a count', () => {
  it.each([
    'log --limit',
    'list --budget',
    'next --limit',
    'agent events list --limit',
    'agent events list --since-clock',
  ])('that has more digits than a number keeps is refused: %s', async (line) => {
    await refused(await READY(), [...line.split(' '), '9007199254740993'], {
      code: 2,
      kind: 'UsageError',
      says: /takes a whole number of at most 9007199254740991/,
    })
  })
})

describe('what a command would pass over', () => {
  it.each(['--fields event_id', '--brief', '--budget 100'])(
    'whole events as lines, with %s',
    async (flags) => {
      await refused(await READY(), ['agent', 'events', 'list', '--format', 'jsonl', ...flags.split(' ')], {
        code: 2,
        kind: 'UsageError',
        says: /--format jsonl prints whole events/,
      })
    },
  )

  it('words before the command that work is to run', async () => {
    const words = ['WP01', 'npm', 'test', '--json', '--', 'true']
    const asked = await kitty({ cwd: await READY() }, 'work', ...words)
    expect(asked.code).toBe(2)
    expect(failureIn(asked)).toMatchObject({
      kind: 'UsageError',
      message: 'kitty work takes one package, then -- and a command: "npm test".',
    })
  })
})

describe('a form that a name must have', () => {
  it('is told without quotes around it', async () => {
    await refused(await READY(), ['status', '--feature', '../..'], {
      code: 2,
      kind: 'UsageError',
      says: /allowed form: a number of three or more digits, "-", then/,
    })
  })
})

describe('a .kittify that is not kitty’s', () => {
  it('a link is not followed', async () => {
    const repository = new TempRepository()
    const elsewhere = tempFolder()
    symlinkSync(elsewhere, join(repository.root, '.kittify'))
    for (const command of [['init'], [...FINALIZE, '--all']])
      await refused(repository.root, command, {
        code: 5,
        kind: 'UnsafeSetup',
        says: /\.kittify is a symbolic link/,
      })
    expect(treeOf(elsewhere).size).toBe(0)
  })

  it('a file is not written over', async () => {
    const repository = new TempRepository()
    writeFileSync(join(repository.root, '.kittify'), 'mine')
    await refused(repository.root, ['init'], { code: 5, kind: 'UnsafeSetup', says: /\.kittify is a file/ })
  })

  it('a log that is a link is neither read nor written', async () => {
    const repository = await preparedRepository()
    const elsewhere = tempFolder()
    rmSync(join(repository.root, '.kittify', 'events'), { recursive: true })
    symlinkSync(elsewhere, join(repository.root, '.kittify', 'events'))
    await refused(repository.root, [...MOVE, 'WP01', '--to', 'doing'], {
      code: 5,
      kind: 'UnsafeSetup',
      says: /events is a symbolic link/,
    })
    expect(treeOf(elsewhere).size).toBe(0)
  })
})
