import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { shellSteps } from './support/shell-steps.js'
import { event, FEATURE, movedTo, packageText, Victim } from './support/victim.js'

describe('a name in an event that looks like a path or a command', () => {
  it.each([
    '../../other',
    '/etc',
    'a/b',
    '$(touch x)',
    '`touch x`; #',
    '..',
    '.git',
    'CON',
    '-rf',
    'x\u0000y',
  ])('%j: a problem in verify, no path and no command anywhere', async (slug) => {
    const victim = await Victim.make()
    mkdirSync(victim.path('..', 'other', 'tasks'), { recursive: true })
    victim.remember()
    const payload = { feature_slug: slug, title: 'x', mission: 'x', created_by: 'eve' }
    victim.append(
      event({ event_type: 'SpecCreated', entity_type: 'FeatureSpec', entity_id: slug, payload }),
      event({
        event_type: 'WPCreated',
        payload: { feature_slug: slug, work_package_id: 'WP01', title: 'x', dependencies: [], subtasks: [] },
      }),
      movedTo('doing', { payload: { feature_slug: slug, old_status: 'planned', new_status: 'doing' } }),
      // And as a package of a feature that is there.
      event({ entity_id: slug, payload: { feature_slug: FEATURE, text: 'x' } }),
    )
    const verified = await victim.kitty('agent', 'events', 'verify', '--json')
    expect(verified.code).toBe(3)
    for (const args of [
      ['status'],
      ['list'],
      ['doctor', '--fix'],
      ['sync'],
      ['commit'],
      ['agent', 'events', 'list'],
      ['show', 'WP01', '--feature', slug.replaceAll('\0', '')],
      ['move', 'WP01', 'doing', '--feature', slug.replaceAll('\0', '')],
      ['implement', 'WP01', '--feature', slug.replaceAll('\0', '')],
    ]) {
      const ran = await victim.kitty(...args, '--json')
      for (const { argv } of shellSteps(ran)) expect(argv.join(' ')).not.toContain('touch')
    }
    expect(victim.changedOutside()).toEqual([])
    expect(existsSync(victim.path('x'))).toBe(false)
    expect(existsSync(victim.path('.git', 'tasks'))).toBe(false)
  })
})

describe('a name in a command that kitty shows', () => {
  it('is one word or left out: dependencies, gates, worktrees, branches', async () => {
    const victim = await Victim.make()
    victim.write(
      `kitty-specs/${FEATURE}/tasks/WP04-part.md`,
      packageText('WP04').replace('[]', '["WP01; touch x #"]'),
    )
    const hostile = ['WP01; touch x #', 'WP01`touch x`', '$(touch x)', '--output=x', 'a\nb']
    for (const id of hostile) {
      victim.append(
        event({
          event_type: 'WPCreated',
          entity_id: 'WP03',
          payload: {
            feature_slug: FEATURE,
            work_package_id: 'WP03',
            title: id,
            dependencies: [id],
            subtasks: [id],
          },
        }),
        event({
          event_type: 'GateCreated',
          entity_id: id,
          entity_type: 'Gate',
          payload: { feature_slug: FEATURE, work_package_id: 'WP01', gate_id: id, gate_type: 'CI_CHECK' },
        }),
      )
    }
    mkdirSync(victim.path('.worktrees', 'x; echo y #'), { recursive: true })
    victim.git('update-ref', 'refs/heads/a;touch${IFS}x', 'HEAD')
    victim.commitAll()
    let steps = 0
    for (const args of [
      ['move', 'WP03', 'doing'],
      ['move', 'WP01', 'done'],
      ['agent', 'feature', 'finalize-tasks', '--all'],
      ['agent', 'gates', 'set', 'nothing', '--status', 'passed'],
      ['agent', 'gates', 'set', hostile[1] ?? '', '--status', 'passed'],
      ['doctor'],
      ['agent', 'workspaces', 'list'],
      ['agent', 'merge', 'preview', '--output=x'],
      ['agent', 'merge', 'preview', '--', '--output=x'],
      ['agent', 'merge', 'preview', 'nothing;touch x'],
      ['status', '--at', '--output=x'],
      ['show', hostile[0] ?? ''],
      ['implement', 'WP01', '--base', '--output=x'],
      ['agent', 'events', 'audit', '--output=x'],
    ]) {
      const ran = await victim.kitty(...args, '--json')
      // Proves by running it through a shell that the text has the words of `argv`.
      steps += shellSteps(ran).length
      expect(ran.code, args.join(' ')).not.toBeNull()
    }
    expect(steps).toBeGreaterThan(5)
    expect(existsSync(victim.path('x'))).toBe(false)
    expect(victim.changedOutside()).toEqual([])
  })
})

describe('a merge driver that the repository sets for other files', () => {
  it('leaves them to git: its markers, its exit code', async () => {
    const victim = await Victim.make()
    victim.write('.gitattributes', `${victim.read('.gitattributes')}* merge=kitty-events\n`)
    victim.write('package.json', '{\n  "name": "a",\n  "version": "1.0.0"\n}\n')
    victim.write('docs/.kittify-events.jsonl', '{"a":1}\n')
    victim.commitAll('base')
    victim.git('switch', '--quiet', '--create', 'theirs')
    victim.write('package.json', '{\n  "name": "b",\n  "version": "1.0.0"\n}\n')
    victim.write('docs/.kittify-events.jsonl', '{"a":2}\n')
    victim.commitAll('theirs')
    victim.git('switch', '--quiet', 'main')
    victim.write('package.json', '{\n  "name": "c",\n  "version": "1.0.0"\n}\n')
    victim.write('docs/.kittify-events.jsonl', '{"a":3}\n')
    victim.commitAll('ours')
    expect(() => victim.git('merge', '--no-edit', 'theirs')).toThrow()
    for (const file of ['package.json', 'docs/.kittify-events.jsonl']) {
      const merged = victim.read(file)
      expect(merged).toMatch(/^<{7} [^]*^={7}$[^]*^>{7} /m)
      expect(victim.git('ls-files', '--unmerged', file)).not.toBe('')
    }
  })

  it('does not act through a link in place of the log', async () => {
    const victim = await Victim.make()
    victim.git('switch', '--quiet', '--create', 'theirs')
    symlinkSync('../../../outside/bashrc', victim.path('.kittify', 'events', '2020-01-01.jsonl'))
    victim.commitAll('theirs')
    victim.git('switch', '--quiet', 'main')
    victim.write('.kittify/events/2020-01-01.jsonl', `${JSON.stringify(event())}\n`)
    victim.commitAll('ours')
    expect(() => victim.git('merge', '--no-edit', 'theirs')).toThrow()
    expect(victim.changedOutside()).toEqual([])
  })
})

describe('an idempotency key', () => {
  it.each<[string, readonly string[], readonly string[]]>([
    ['another package', ['move', 'WP01', 'doing'], ['move', 'WP03', 'doing']],
    ['another lane', ['move', 'WP01', 'doing'], ['move', 'WP01', 'canceled', '--reason', 'x']],
    ['another text', ['note', 'WP01', 'a'], ['note', 'WP01', 'b']],
    ['another command', ['move', 'WP01', 'doing'], ['sync']],
    [
      'other amounts',
      ['agent', 'tasks', 'usage', 'WP01', '--tokens', '1'],
      ['agent', 'tasks', 'usage', 'WP01', '--tokens', '2'],
    ],
    ['another actor', ['note', 'WP01', 'a'], ['note', 'WP01', 'a', '--actor', 'bob']],
    [
      'other tags',
      ['agent', 'tasks', 'tag', 'WP01', '--add', 'a'],
      ['agent', 'tasks', 'tag', 'WP01', '--add', 'b'],
    ],
    ['another slug', ['agent', 'feature', 'setup-spec', 'one'], ['agent', 'feature', 'setup-spec', 'two']],
  ])('answers for its own operation and not for %s', async (_, first, other) => {
    const victim = await Victim.make()
    const KEY = ['--idempotency-key', 'key-1']
    const before = await victim.json(...first, ...KEY)
    const log = victim.log()
    const refused = await victim.refusal(...other, ...KEY)
    expect(refused).toMatchObject({ code: 2 })
    expect(refused.message).toContain('key-1')
    expect(victim.log()).toBe(log)
    // A true repeat, also after the file changed.
    victim.write(`kitty-specs/${FEATURE}/tasks/WP01-part.md`, packageText('WP01', 'tags: [late]\n'))
    const again = await victim.json(...first, ...KEY)
    expect(again['event']).toEqual(before['event'])
    expect(victim.log()).toBe(log)
  })
})

describe('a clock far above the log', () => {
  it('that git carries is followed as far as this clone has seen, and no further', async () => {
    const victim = await Victim.make()
    await victim.done('note', 'WP01', 'x')
    victim.write('.kittify/clock.json', '{"value":900000}\n')
    victim.git('add', '--force', '.kittify/clock.json')
    victim.commitAll()
    await victim.done('note', 'WP01', 'y')
    const clocks = victim
      .log()
      .split('\n')
      .filter(Boolean)
      .map((line) => (JSON.parse(line) as { lamport_clock: number }).lamport_clock) // lines that kitty wrote
    expect(Math.max(...clocks)).toBeLessThan(100)
  })

  it('in a fresh clone is not followed at all', async () => {
    const mallory = await Victim.make()
    mallory.write('.kittify/clock.json', '{"value":900000}\n')
    mallory.git('add', '--force', '.kittify/clock.json')
    mallory.commitAll()
    const victim = await Victim.make()
    execFileSync('rm', ['-rf', victim.root])
    execFileSync('git', ['clone', '--quiet', mallory.root, victim.root])
    await victim.done('note', 'WP01', 'y')
    const clock = /"lamport_clock":(\d+)[^\n]*"text":"y"/.exec(victim.log())?.[1]
    expect(Number(clock)).toBeLessThan(100)
    expect(readFileSync(victim.path('.kittify/clock.json'), 'utf8')).not.toContain('900000')
  })
})
