import { describe, expect, it } from 'vitest'
import { Audit, type AuditResult } from '../../../src/core/services/audit/audit.js'
import { CommitAudit } from '../../../src/core/services/audit/commit-audit.js'
import { isKittyError } from '../../../src/core/errors/kitty-error.js'
import { FOREIGN_IDS, note, noteLine, ulid } from '../../support/events.js'
import { Project } from '../../support/project.js'
import { gitIn } from '../../support/temp-repository.js'

const DAY = '.kittify/events/2026-11-22.jsonl'
const NOON = '2026-11-22T12:00:00Z'

type Changes = Readonly<Record<string, unknown>>

/** A repository with commits of Ada and Mallory, and lines written by hand. */
class History {
  readonly project = new Project()
  #lines: string[] = []

  constructor() {
    this.commit('ada', NOON, [1])
    this.commit('mallory', NOON, [2], { actor: 'mallory', entity_id: 'WP02', parents: [] })
  }

  commit(author: string, date: string, seeds: readonly number[], changes: Changes = {}): void {
    this.write([...this.#lines, ...seeds.map((seed) => noteLine(seed, { parents: [], ...changes }))])
    this.commitAs(author, date)
  }

  write(lines: readonly string[]): void {
    this.#lines = [...lines]
    this.project.write(DAY, this.#lines.join(''))
  }

  get lines(): readonly string[] {
    return this.#lines
  }

  commitAs(author: string, date: string): void {
    gitIn(this.project.root, 'add', '-A', '.kittify/events')
    const who = `--author=${author} <${author}@example.org>`
    gitIn(this.project.root, 'commit', '-q', '-m', 'work', '--date', date, who)
  }

  git(...args: string[]): string {
    return gitIn(this.project.root, ...args)
  }

  /** Merges a branch, with these lines as the log, whatever git would make of it. */
  merge(branch: string, lines: readonly string[], author = 'mallory'): void {
    this.git('merge', '-q', '--no-ff', '--no-commit', '-s', 'ours', branch)
    this.write(lines)
    this.git('add', '-A', '.kittify/events')
    this.git('commit', '-q', '-m', 'merge', '--date', NOON, `--author=${author} <${author}@example.org>`)
  }

  /** A merge of HEAD with an older commit that has that commit's files. */
  goBackTo(commit: string): void {
    const merge = this.git('commit-tree', `${commit}^{tree}`, '-p', 'HEAD', '-p', commit, '-m', 'back').trim()
    this.git('reset', '-q', '--hard', merge)
  }

  audit(range = 'HEAD'): Promise<AuditResult> {
    return this.project.use(async (services) => (await services.get(Audit)).audit(range))
  }

  async found(range?: string): Promise<unknown[]> {
    const { findings } = await this.audit(range)
    return findings.map(({ kind, event_id, author }) => [kind, event_id, author])
  }
}

describe('an audit', () => {
  it('finds nothing where everyone commits their own events, and agents have names of their own', async () => {
    const history = new History()
    history.commit('ada', NOON, [3], { actor: 'claude' })
    expect(await history.audit()).toMatchObject({
      base: null,
      commits: 3,
      events: 3,
      imported: 0,
      findings: [],
    })
  })

  it('names an event whose actor is another author of the repository', async () => {
    const history = new History()
    history.commit('mallory', NOON, [3], { actor: 'ada' })
    expect(await history.found()).toEqual([['foreign_author', ulid(3), 'mallory']])
    expect((await history.audit()).findings[0]?.message).toBe('by ada, committed by mallory')
  })

  it.each(FOREIGN_IDS)('names the event %s of another program like any other', async (event_id) => {
    const history = new History()
    history.commit('mallory', NOON, [3], { actor: 'ada', event_id })
    expect(await history.found()).toEqual([['foreign_author', event_id, 'mallory']])
  })

  it('takes the author of the file for a definition, no matter who committed the event', async () => {
    const history = new History()
    const payload = {
      feature_slug: '001-demo',
      work_package_id: 'WP01',
      title: { old: 'A', new: 'B' },
      source: { commit: null, author: 'ada' },
    }
    history.commit('mallory', NOON, [3], { event_type: 'WPChanged', actor: 'ada', payload })
    history.commit('ada', NOON, [4], { event_type: 'WPChanged', actor: 'mallory', payload })
    expect(await history.found()).toEqual([['foreign_author', ulid(4), 'ada']])
  })

  it('names an event that is dated more than a day after its commit', async () => {
    const history = new History()
    history.commit('ada', NOON, [3], { timestamp: '2099-01-01T00:00:00.000Z' })
    expect(await history.found()).toEqual([['after_commit', ulid(3), 'ada']])
  })

  it("names an event that is dated before another author's commit with what it follows, and none of one's own", async () => {
    const history = new History()
    history.commit('ada', NOON, [3], { parents: [ulid(1)], timestamp: '2020-01-01T00:00:00.000Z' })
    history.commit('mallory', NOON, [4], {
      actor: 'mallory',
      parents: [ulid(3)],
      timestamp: '2020-01-01T00:00:00.000Z',
    })
    expect(await history.found()).toEqual([['before_parent', ulid(4), 'mallory']])
  })

  it('names an event that decides between others, and none that has a side of its own', async () => {
    const move = (to: string): Changes => ({
      event_type: 'WPStatusChanged',
      payload: { feature_slug: '001-demo', old_status: 'planned', new_status: to },
      timestamp: '2026-11-22T13:00:00.000Z',
    })
    const history = new History()
    history.commit('ada', NOON, [3], { ...move('doing'), actor: 'ada' })
    history.commit('grace', NOON, [4], { ...move('for_review'), actor: 'grace' })
    history.commit('mallory', NOON, [5], { ...move('done'), actor: 'mallory', parents: [ulid(3), ulid(4)] })
    history.commit('ada', NOON, [6], { ...move('done'), actor: 'ada', parents: [ulid(3), ulid(4)] })
    expect(await history.found()).toEqual([['settles_others', ulid(5), 'mallory']])
    expect((await history.audit()).findings[0]?.message).toBe('decides between ada and grace')
  })

  it('names none whose parents follow one another, also where each names only the one before it', async () => {
    const history = new History()
    history.commit('ada', NOON, [3], { actor: 'ada', lamport_clock: 3 })
    history.commit('ada', NOON, [4], { actor: 'ada', lamport_clock: 4, parents: [ulid(3)] })
    history.commit('ada', NOON, [5], { actor: 'ada', lamport_clock: 5, parents: [ulid(4)] })
    const all = [ulid(5), ulid(3), ulid(4)]
    history.commit('mallory', NOON, [6], {
      actor: 'mallory',
      lamport_clock: 6,
      parents: all,
      timestamp: '2026-11-22T13:00:00.000Z',
    })
    expect(await history.found()).toEqual([])
  })

  it('reads a parent once, however many events name it', () => {
    const seeds = [1, 2, 3, 4, 5, 6]
    const parents = [ulid(1), ulid(2), ulid(3)]
    const events = new Map(
      seeds.map((seed) => [
        ulid(seed),
        note(seed, { parents: seed < 4 ? [] : parents, lamport_clock: seed }),
      ]),
    )
    const read: string[] = []
    const get = (id: string) => {
      read.push(id)
      return events.get(id)
    }
    const log = { get, clockOf: (id: string) => events.get(id)?.lamport_clock }
    const audit = new CommitAudit(log, new Map(), 0)
    const times = { authored: '2026-11-22T12:00:00Z', committed: '2026-11-22T12:00:00Z' }
    const commit = { commit: 'c1', author: 'mallory', ...times, files: [], sides: [] }
    audit.look({
      commit,
      added: new Map(seeds.map((seed) => [ulid(seed), ''])),
      removed: new Map(),
      tooLarge: [],
    })
    expect(audit.events).toBe(seeds.length)
    // Each event itself, and the three parents.
    expect(read).toHaveLength(seeds.length + parents.length)
  })

  it('names a clock that leaps', async () => {
    const history = new History()
    history.commit('mallory', NOON, [3], { actor: 'mallory', lamport_clock: 500_000 })
    expect(await history.found()).toEqual([['clock_leap', ulid(3), 'mallory']])
  })

  it('names lines that a commit changed or removed, and none that it moved', async () => {
    const history = new History()
    history.commit('ada', NOON, [3])
    const [first = '', second = '', third = ''] = history.lines
    history.write([first.replace('"ada"', '"eve"'), third])
    history.project.write('.kittify/events/2026-11-23.jsonl', '')
    history.commitAs('mallory', NOON)
    expect(await history.found()).toEqual([
      ['changed_line', ulid(1), 'mallory'],
      ['removed_line', ulid(2), 'mallory'],
    ])
    const moved = new History()
    const [one = '', two = ''] = moved.lines
    moved.write([one])
    moved.project.write('.kittify/events/2026-11-23.jsonl', two)
    moved.commitAs('mallory', NOON)
    expect(await moved.found()).toEqual([])
    expect(second).not.toBe('')
  })

  it('lists every stub with its reason, once', async () => {
    const history = new History()
    const [, second = ''] = history.lines
    const stub = noteLine(1, { parents: [], payload: { feature_slug: '001-demo', redacted: 'a name' } })
    history.write([stub, second])
    history.commitAs('mallory', NOON)
    const { findings } = await history.audit('HEAD~1..HEAD')
    expect(findings).toMatchObject([{ kind: 'stub', event_id: ulid(1), message: 'redacted: a name' }])
  })

  it('counts imported events and does not judge them', async () => {
    const history = new History()
    history.commit('mallory', NOON, [3], {
      actor: 'ada',
      timestamp: '2099-01-01T00:00:00.000Z',
      causation_id: 'import:csv:a:1:WPCreated',
    })
    expect(await history.audit()).toMatchObject({ events: 3, imported: 1, findings: [] })
  })

  it.each([
    ['an attribute that takes the log for binary', '', '.kittify/events/*.jsonl -diff\n'],
    ['a line with a NUL', 'a\u0000b\n', ''],
    [
      'a line that looks like a commit',
      `\u0000${'0'.repeat(40)}\u0000ada\u0000${NOON}\u0000${NOON}\u0000\n`,
      '',
    ],
  ])('finds it despite %s', async (_name, line, attributes) => {
    const history = new History()
    history.project.write('.kittify/events/.gitattributes', attributes.replace('.kittify/events/', ''))
    history.write([...history.lines, line])
    history.commit('mallory', NOON, [3], { actor: 'ada' })
    expect(await history.found()).toEqual([['foreign_author', ulid(3), 'mallory']])
  })

  it('looks at a range alone', async () => {
    const history = new History()
    history.commit('mallory', NOON, [3], { actor: 'ada' })
    history.commit('ada', NOON, [4])
    expect(await history.audit('HEAD~1..HEAD')).toMatchObject({ commits: 1, events: 1, findings: [] })
    expect(await history.found('HEAD~2..')).toEqual([['foreign_author', ulid(3), 'mallory']])
  })

  it('does not look at a folder below the log’s', async () => {
    const history = new History()
    const copy = '.kittify/events/old/2026-11-22.jsonl'
    history.project.write(copy, noteLine(7, { actor: 'ada' }))
    history.commitAs('mallory', NOON)
    history.git('rm', '-q', copy)
    history.commitAs('ada', NOON)
    expect(await history.found()).toEqual([])
  })

  it('refuses a revision that git does not know', async () => {
    const refused = await new History().audit('nowhere..HEAD').catch((error: unknown) => error)
    expect(isKittyError(refused) && refused.kind).toBe('UsageError')
  })
})

const line = (seed: number, changes: Changes = {}): string => noteLine(seed, { parents: [], ...changes })

/** On `pr`, which has brought event 3; `side` has brought event 4. Both come from `main`. */
function forked(): History {
  const history = new History()
  const main = history.lines
  history.git('branch', '-q', '-M', 'main')
  history.git('checkout', '-q', '-b', 'side')
  history.write([...main, line(4, { actor: 'bob' })])
  history.commitAs('bob', NOON)
  history.git('checkout', '-q', '-b', 'pr', 'main')
  history.write([...main, line(3)])
  history.commitAs('ada', NOON)
  return history
}

describe('an audit of merges', () => {
  it('names an event that a merge of nothing brought under the name of another author', async () => {
    const history = forked()
    history.git('checkout', '-q', '-b', 'empty')
    history.git('commit', '-q', '--allow-empty', '-m', 'empty')
    history.git('checkout', '-q', 'pr')
    history.git('commit', '-q', '--allow-empty', '-m', 'work')
    history.merge('empty', [...history.lines, line(5)])
    expect(await history.found('main..HEAD')).toEqual([['foreign_author', ulid(5), 'mallory']])
    expect(await history.audit('main..HEAD')).toMatchObject({ commits: 2, events: 2 })
    expect(await history.found()).toEqual([['foreign_author', ulid(5), 'mallory']])
  })

  it('names an event that a merge of two logs brought next to theirs', async () => {
    const history = forked()
    history.merge('side', [...history.lines, line(4, { actor: 'bob' }), line(5)])
    expect(await history.found('main..HEAD')).toEqual([['foreign_author', ulid(5), 'mallory']])
  })

  it('finds nothing in the union of both sides, in whatever order the lines are and end', async () => {
    const history = forked()
    const [first = '', second = '', third = ''] = history.lines
    history.merge('side', [line(4, { actor: 'bob' }), second, third, first.replace('\n', '\r\n')])
    const found = await history.audit('main..HEAD')
    expect(found).toMatchObject({ commits: 3, events: 2, findings: [] })
  })

  it('names a line that a merge changed, also one that only one side has', async () => {
    const history = forked()
    const [first = '', second = '', third = ''] = history.lines
    const fourth = line(4, { actor: 'bob' })
    history.merge('side', [first.replace('"ada"', '"eve"'), second, third.replace('"ada"', '"eve"'), fourth])
    expect(await history.found('main..HEAD')).toEqual([
      ['changed_line', ulid(1), 'mallory'],
      ['changed_line', ulid(3), 'mallory'],
    ])
  })

  it('names a line that every parent has and the merge lacks', async () => {
    const history = forked()
    const [, ...others] = history.lines
    history.merge('side', [...others, line(4, { actor: 'bob' })])
    expect(await history.found('main..HEAD')).toEqual([['removed_line', ulid(1), 'mallory']])
  })

  it.each(['main..HEAD', 'HEAD'])('names a line of one parent that the merge left out: %s', async (range) => {
    const history = forked()
    history.merge('side', history.lines)
    expect(await history.found(range)).toEqual([['removed_line', ulid(4), 'mallory']])
    const { findings } = await history.audit(range)
    expect(findings[0]?.commit).toBe(history.git('rev-parse', 'HEAD').trim())
  })

  it('does not blame a branch for taking over what its base has removed', async () => {
    const history = forked()
    const mine = history.lines
    history.git('checkout', '-q', 'main')
    history.write(mine.slice(1, 2))
    history.commitAs('ada', NOON)
    history.git('checkout', '-q', 'pr')
    history.merge('main', mine.slice(1), 'ada')
    expect(await history.found('main..HEAD')).toEqual([])
  })

  it('names what comes back from an older commit, which no commit of the range brought', async () => {
    const history = forked()
    history.git('checkout', '-q', 'main')
    const before = history.git('rev-parse', 'HEAD').trim()
    const [, second = ''] = history.lines
    history.write([second])
    history.commitAs('ada', NOON)
    history.git('checkout', '-q', '-B', 'pr', 'main')
    history.goBackTo(before)
    expect((await history.audit('main..HEAD')).findings).toMatchObject([
      { kind: 'no_commit', event_id: ulid(1), commit: history.git('rev-parse', 'HEAD').trim() },
    ])
  })

  it('names a full line that comes back in place of its stub', async () => {
    const history = forked()
    history.git('checkout', '-q', 'main')
    const before = history.git('rev-parse', 'HEAD').trim()
    const [, second = ''] = history.lines
    history.write([line(1, { payload: { feature_slug: '001-demo', redacted: 'a name' } }), second])
    history.commitAs('ada', NOON)
    history.git('checkout', '-q', '-B', 'pr', 'main')
    history.goBackTo(before)
    expect((await history.found('main..HEAD')).map((one) => [one].flat(2).slice(0, 2))).toEqual([
      ['changed_line', ulid(1)],
    ])
  })

  it('finds nothing where branches were merged into each other, each with a line of its own', async () => {
    const history = forked()
    const both = [...history.lines, line(4, { actor: 'bob' })]
    history.git('branch', '-q', 'start')
    history.merge('side', both, 'ada')
    history.git('checkout', '-q', 'side')
    history.merge('start', both, 'bob')
    history.git('checkout', '-q', 'pr')
    history.write([...both, line(6)])
    history.commitAs('ada', NOON)
    expect(await history.found('side..pr')).toEqual([])
  })
})
