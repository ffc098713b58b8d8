import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { describe, expect } from 'vitest'
import { isKittyError } from '../../../src/core/errors/kitty-error.js'
import { readWorkPackageFile } from '../../../src/core/specs/work-package-file.js'
import { noteFields, ulid } from '../../support/events.js'
import { fault, FULL } from '../support/fault.js'
import { FEATURE, noteDraft, PROVENANCE } from '../support/inside.js'
import { checkInvariants } from '../support/invariants.js'
import { expectExit, World } from '../support/world.js'
import { SetupSpec } from '../../../src/core/services/features/setup-spec.js'
import { Scope } from '../../../src/core/services/scope.js'
import { EventQueries } from '../../../src/core/services/events/event-queries.js'

describe('names', () => {
  fault(60, 'traversal and odd names', { needs: ['linux'], within: 300 }, async () => {
    const slugs = [
      '../..',
      '/etc',
      'a/../../b',
      'C:\\',
      'CON',
      '.git',
      'a\0b',
      'x'.repeat(300),
      'caf\u00e9',
      'cafe\u0301',
      '\u202etxt',
      '__proto__',
      '-rf',
      '',
    ]
    const ids = ['../WP01', 'WP01/..', 'WP\0', 'WP1e9', `WP${'1'.repeat(300)}`, 'ＷＰ０１', '__proto__']
    const world = await World.make()
    const entries = (): string[] =>
      readdirSync(world.folder, { recursive: true, encoding: 'utf8' })
        .filter((path) => !path.includes('.kittify') && !path.includes('.git/'))
        .sort()
    const before = entries()
    await world.inside(async ({ resolver }) => {
      const setUp = await resolver.resolve(SetupSpec)
      for (const slug of slugs) await refused(setUp.setUp({ slug, provenance: PROVENANCE }), slug)
      const scope = await resolver.resolve(Scope)
      for (const slug of slugs) if (slug !== '') await refused(scope.feature(slug), slug)
      for (const id of ids)
        await refused(
          Promise.resolve().then(() => scope.workPackage(id)),
          id,
        )
    })
    const typed = FULL ? slugs.filter((slug) => !slug.includes('\0')) : ['../..', '\u202etxt']
    for (const slug of typed) {
      const outcome = await world.kitty(['agent', 'feature', 'setup-spec', '--json', '--', slug])
      expectExit(outcome, 2, slug)
      if (slug !== '') expect(outcome.stdout).toMatch(/allowed form/)
    }
    expect(entries()).toEqual(before)
    await checkInvariants(world)
    return {
      injected: `${slugs.length} slugs and ${ids.length} ids: traversal, absolute, reserved, NUL, 300 characters, NFC and NFD, RTL`,
      found: 'each refused with the allowed form, no path made',
      expected: 'refused before any fs call; allowed form; 2',
    }
  })

  fault(62, 'SQL in every filter', {}, async () => {
    const world = await World.make()
    const texts = [
      "' OR '1'='1",
      "'; DROP TABLE event; --",
      '" OR 1=1 --',
      '%',
      '_',
      '*',
      "WP01' UNION SELECT * FROM event --",
      '\\',
      'WP01\0',
    ]
    await world.inside(async ({ store, resolver }) => {
      const all = (await store.read()).length
      for (const text of texts) {
        for (const key of [
          'feature',
          'entity',
          'entityType',
          'type',
          'actor',
          'causation',
          'correlation',
        ] as const)
          expect(await store.read({ [key]: text }), `${key} ${text}`).toEqual([])
        for (const key of ['from', 'to'] as const) await store.read({ [key]: text })
        expect(await store.workPackages(text)).toEqual([])
        expect(await store.causedBy(text)).toEqual([])
        const queries = await resolver.resolve(EventQueries)
        await refused(queries.filter(await resolver.resolve(Scope), { from: text }), text)
      }
      expect(await store.read()).toHaveLength(all)
    })
    const typed = await world.kitty(['agent', 'events', 'list', '--entity', "WP01' OR '1'='1", '--json'])
    expectExit(typed, 0)
    expect(typed.stdout).toContain('"count":0')
    await checkInvariants(world)
    return {
      injected: `${texts.length} texts in every filter`,
      found: 'nothing matches, nothing is dropped; a bound that is no time is refused',
      expected: 'treated as data / refused; 0 / 2',
    }
  })
})

/** Of kind UsageError, or one of the unknown names: exit 2. */
async function refused(promise: Promise<unknown>, what: string): Promise<void> {
  const outcome = await promise.then(
    () => 'accepted',
    (error: unknown) => error,
  )
  expect(isKittyError(outcome) ? outcome.exitCode : outcome, JSON.stringify(what)).toBe(2)
}

/** What a terminal would obey, or what turns text around. Tab and newline are text. */
const HOSTILE = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/

describe('text', () => {
  fault(61, 'terminal escapes', { needs: ['linux'], within: 300 }, async () => {
    const world = await World.make()
    const nasty = 'x\u001b[31mred\u001b]0;title\u0007\u001b[2J\u009b1A\u0008\u007f\u202egnp\u2066\r\nnext'
    const at = { timestamp: '2026-01-07T09:00:00.000Z' }
    const text = (seed: number, changes: object): string =>
      `${JSON.stringify(noteFields(seed, { ...at, ...changes }))}\n`
    const slug = '002-\u202egnp'
    appendFileSync(
      join(world.eventsDir, '2026-01-07.jsonl'),
      [
        text(101, { actor: nasty, payload: { feature_slug: FEATURE, text: nasty } }),
        text(102, {
          event_type: 'WPCreated',
          entity_id: 'WP09',
          actor: nasty,
          payload: {
            feature_slug: FEATURE,
            work_package_id: 'WP09',
            title: nasty,
            dependencies: [],
            subtasks: [],
          },
        }),
        text(103, {
          event_type: 'SpecCreated',
          entity_type: 'FeatureSpec',
          entity_id: slug,
          payload: { feature_slug: slug, title: nasty, mission: nasty, created_by: nasty },
        }),
        text(104, {
          event_type: 'WPStatusChanged',
          entity_id: 'WP09',
          actor: nasty,
          payload: { feature_slug: FEATURE, old_status: 'planned', new_status: 'doing', reason: nasty },
        }),
        text(105, {
          event_type: `x.${nasty.slice(0, 20).replaceAll(/[\r\n\u0000-\u001f\u007f-\u009f]/g, '')}`,
          entity_type: 'x.y',
        }),
        `${nasty}\n`,
      ].join(''),
    )
    writeFileSync(
      world.path('kitty-specs', FEATURE, 'tasks', 'WP08-\u001b[31m\u202e.md'),
      '---\nwork_package_id: WP01\n---\n',
    )
    world.remember()
    const commands = [
      ['status'],
      ['agent', 'tasks', 'show', 'WP09', '--feature', FEATURE],
      ['agent', 'events', 'list'],
      ['agent', 'events', 'verify'],
      ['agent', 'feature', 'finalize-tasks', '--feature', FEATURE],
      ['agent', 'tasks', 'move-task', 'WP01', '--feature', FEATURE, '--to', nasty],
      ['agent', 'tasks', 'list', '--feature', nasty],
      [nasty.replaceAll('\0', '')],
    ]
    for (const command of FULL
      ? [
          ...commands,
          ['agent', 'tasks', 'list', '--feature', FEATURE],
          ['agent', 'errors', 'list'],
          ['doctor'],
        ]
      : commands.slice(0, 6)) {
      for (const flags of FULL
        ? [[], ['--json'], ['--no-color']]
        : [[command === commands[0] ? '--json' : '--no-color']]) {
        const { stdout, stderr, exit } = await world.kitty([...command, ...flags])
        expect([0, 1, 2, 3]).toContain(exit)
        expect(HOSTILE.exec(stdout)?.[0], `${command.join(' ')} ${flags.join()} stdout`).toBeUndefined()
        expect(HOSTILE.exec(stderr)?.[0], `${command.join(' ')} ${flags.join()} stderr`).toBeUndefined()
      }
    }
    await checkInvariants(world)
    return {
      injected: 'escapes, C1, bidi in title, actor, slug, reason, lane, file name, a line of the log',
      found: 'no such byte on stdout or stderr, as text or as JSON',
      expected: 'no byte 0x00–08, 0b–1f, 7f, no C1, no bidi; 0',
    }
  })

  fault(64, 'YAML bombs', {}, async () => {
    const world = await World.make()
    const laughs = Array.from(
      { length: 9 },
      (_, at) =>
        `l${at}: &l${at} [${Array(9)
          .fill(at === 0 ? '"lol"' : `*l${at - 1}`)
          .join(', ')}]`,
    ).join('\n')
    const front = (yaml: string): string => `---\nwork_package_id: WP07\n${yaml}\n---\n# x\n`
    const bombs: Readonly<Record<string, string | Buffer>> = {
      aliases: front(laughs),
      script: '---js\n{ work_package_id: process.exit(99) }\n---\n',
      tag: front('title: !!js/function "function () { process.exit(99) }"'),
      'brackets 20,000 deep': front(`title: ${'['.repeat(20_000)}${']'.repeat(20_000)}`),
      'indented 20,000 deep': front(
        Array.from({ length: 5_000 }, (_, at) => `${' '.repeat(at)}a:`).join('\n'),
      ),
      'dashes 20,000 deep': front(`title:\n ${'- '.repeat(20_000)}x`),
      '10 MB': Buffer.concat([
        Buffer.from('---\ntitle: '),
        Buffer.alloc(10 * 1024 * 1024, 0x78),
        Buffer.from('\n---\n'),
      ]),
      'never closed': `---\n${'a: b\n'.repeat(20_000)}`,
      'merge key': front('base: &b {a: 1}\n<<: *b'),
    }
    // The parser is loaded with the first file; that is no bomb's doing.
    const folder = world.path('kitty-specs', FEATURE, 'tasks')
    await readWorkPackageFile(join(folder, 'WP01-part.md'))
    let worst = 0
    for (const [name, content] of Object.entries(bombs)) {
      const path = join(folder, 'WP07-bomb.md')
      writeFileSync(path, content)
      const before = process.cpuUsage()
      const read = await readWorkPackageFile(path)
      const { user, system } = process.cpuUsage(before)
      worst = Math.max(worst, (user + system) / 1000)
      expect(read.ok, name).toBe(false)
      expect(read.ok ? '' : read.reason, name).toContain(path)
    }
    const outcome = await world.kitty(['agent', 'feature', 'finalize-tasks', '--feature', FEATURE, '--json'])
    expectExit(outcome, 3)
    expect(outcome.stdout).toContain('WP07-bomb.md')
    rmSync(join(folder, 'WP07-bomb.md'))
    await checkInvariants(world)
    return {
      injected: Object.keys(bombs).join(', '),
      found: `each refused with its file, at most ${Math.round(worst)} ms; nothing executed`,
      expected: 'refused < 100 ms, nothing executed; file; 3',
    }
  })
})

describe('secrets', () => {
  fault(66, 'secrets in payload, argv, environment and the log', { needs: ['linux'] }, async () => {
    const world = await World.make()
    const secret = `ghp_${'aB3'.repeat(12)}`
    const env = {
      AWS_SECRET_ACCESS_KEY: 'wJalrXUtnFEMIb7MDENGbPxRfiCYzEXAMPLEKEY',
      DATABASE_URL: 'postgres://a:hunter22@db/x',
    }
    const said: string[] = []
    for (const args of [
      ['move-task', 'WP01', '--to', 'done', '--force', '--reason', `use ${secret}`],
      ['move-task', 'WP01', '--to', 'doing', '--actor', secret],
      ['move-task', 'WP01', '--to', 'doing', '--idempotency-key', secret],
      ['note', 'WP01', `the token is ${secret}`],
    ]) {
      const outcome = await world.kitty(['agent', 'tasks', ...args, '--json'], { env })
      expectExit(outcome, 1, args.join(' '))
      expect(outcome.stdout).toContain('a GitHub token')
      said.push(outcome.stdout, outcome.stderr)
    }
    const echoed = await world.kitty(['agent', 'tasks', 'move-task', 'WP01', '--to', secret], { env })
    expectExit(echoed, 2)
    said.push(echoed.stdout, echoed.stderr)
    const kept = readdirSync(world.path('.kittify'), { recursive: true, encoding: 'utf8' })
      .map((name) => world.path('.kittify', name))
      .filter((path) => statSync(path).isFile())
      .map((path) => readFileSync(path, 'latin1'))
    for (const text of [...said, ...kept, readFileSync(world.journalFile, 'latin1')]) {
      for (const value of [secret, ...Object.values(env)]) expect(text).not.toContain(value)
    }
    expect(existsSync(world.errorsDir)).toBe(true)
    appendFileSync(
      join(world.eventsDir, '2026-01-07.jsonl'),
      `${JSON.stringify(noteFields(101, { timestamp: '2026-01-07T09:00:00.000Z', payload: { feature_slug: FEATURE, text: secret } }))}\n`,
    )
    world.remember()
    const verified = await world.kitty(['agent', 'events', 'verify', '--json'])
    expectExit(verified, 3)
    expect(verified.stdout).toContain('"kind":"secret"')
    expect(verified.stdout).toContain('2026-01-07.jsonl')
    expect(verified.stdout).not.toContain(secret)
    await checkInvariants(world)
    return {
      injected: 'a token as reason, actor, key, note and lane, two in the environment, one in a merged line',
      found: 'writes refused with its kind (exit 1), never repeated nor kept; verify lists the merged one',
      expected: 'redacted or refused; errors/ never has env; type of secret; 0, verify 3',
    }
  })
})

describe('ids', () => {
  fault(45, 'an id that reaches prototypes, in flags', { needs: ['linux'] }, async () => {
    const world = await World.make()
    mkdirSync(world.path('kitty-specs', '003-other'), { recursive: true })
    world.remember()
    for (const args of [
      ['show', '__proto__'],
      ['show', 'constructor'],
      ['list', '--feature', '__proto__'],
      ['list', '--tag', '__proto__', '--feature', FEATURE],
    ]) {
      const outcome = await world.kitty(['agent', 'tasks', ...args, '--json'])
      expectExit(outcome, args.includes('--tag') ? 0 : 2, args.join(' '))
    }
    await world.inside(async ({ store }) => {
      await store.emit([noteDraft('toString', 'WP01')], { ...PROVENANCE, causationId: ulid(7) })
    })
    await checkInvariants(world)
    return {
      injected: '__proto__ and constructor as id, feature and tag',
      found: 'refused, or no match',
      expected: 'id refused; 0 / 2',
    }
  })
})
