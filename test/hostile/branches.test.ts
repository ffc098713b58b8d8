import { execFileSync } from 'node:child_process'
import { rmSync, writeFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { branchWithOneLine } from './support/one-line.js'
import { event, FEATURE, movedTo, packageText, Victim } from './support/victim.js'

describe('a branch with one line of 700 MB', () => {
  it('is named, in less than 300 MB, by every command that reads it', async () => {
    const victim = await Victim.make()
    await branchWithOneLine(victim, '.kittify/events/2026-11-01.jsonl', 700)
    for (const args of [
      ['agent', 'merge', 'preview', 'big'],
      ['status', '--at', 'big'],
      ['agent', 'events', 'audit', 'main..big'],
      ['agent', 'events', 'restore', '--from', 'big'],
    ]) {
      const ran = await victim.kitty(...args)
      expect(ran.code, `${args.join(' ')}: ${ran.stderr}`).toBe(0)
      expect(ran.memory, args.join(' ')).toBeLessThan(300)
      if (args[2] !== 'restore') expect(ran.stderr, args.join(' ')).toMatch(/2026-11-01\.jsonl/)
    }
  })

  it.each([
    ['a package', `kitty-specs/${FEATURE}/tasks/WP01-part.md`],
    ['tasks.md', `kitty-specs/${FEATURE}/tasks.md`],
    ['the settings', '.kittify/config.json'],
    ['the attributes', '.gitattributes'],
  ])('instead of %s is named as well, in less than 300 MB', async (_, path) => {
    const victim = await Victim.make()
    await branchWithOneLine(victim, path, 400)
    for (const args of [
      ['agent', 'merge', 'preview', 'big'],
      ['status', '--at', 'big'],
      ['agent', 'events', 'audit', 'main..big'],
    ]) {
      const ran = await victim.kitty(...args)
      expect(ran.code, `${args.join(' ')}: ${ran.stderr}`).toBe(0)
      expect(ran.memory, args.join(' ')).toBeLessThan(300)
    }
  })
})

describe('an event that claims to be another’s', () => {
  it('is named by audit and merge preview: actor, date, decision', async () => {
    const victim = await Victim.make()
    const commit = (author: string): void => {
      victim.git('add', '--all')
      victim.git(
        '-c',
        `user.name=${author}`,
        'commit',
        '--quiet',
        `--author=${author} <${author}@example.org>`,
        '--message',
        'x',
      )
    }
    const [alice, bob] = [
      movedTo('doing', { actor: 'alice', lamport_clock: 20, parents: [] }),
      movedTo('canceled', { actor: 'bob', lamport_clock: 20, parents: [] }),
    ]
    victim.append(alice)
    commit('alice')
    victim.append(bob)
    commit('bob')
    victim.git('switch', '--quiet', '--create', 'mallory')
    const forged = movedTo('done', {
      actor: 'alice',
      lamport_clock: 21,
      timestamp: '2020-01-01T00:00:00.000Z',
      parents: [alice['event_id'], bob['event_id']],
    })
    victim.append(forged)
    commit('mallory')
    victim.git('switch', '--quiet', 'main')
    for (const args of [
      ['agent', 'events', 'audit', 'main..mallory'],
      ['agent', 'merge', 'preview', 'mallory'],
    ]) {
      const { findings } = await victim.json(...args)
      const kinds = (findings as { kind: string; event_id: string }[]) // the command's document
        .filter(({ event_id }) => event_id === forged['event_id'])
        .map(({ kind }) => kind)
      expect(kinds, args.join(' ')).toEqual(
        expect.arrayContaining(['foreign_author', 'before_parent', 'settles_others']),
      )
    }
  })

  it('squashed by one person who commits for many agents is not named', async () => {
    const victim = await Victim.make()
    for (const actor of ['agent-1', 'agent-2', 'agent-3'])
      victim.append(event({ actor, timestamp: new Date().toISOString(), lamport_clock: 30 }))
    victim.commitAll('squashed')
    const { findings } = await victim.json('agent', 'events', 'audit')
    expect(findings).toEqual([])
  })

  it.each<[string, (victim: Victim) => void]>([
    ['authors in config.json', (victim) => victim.write('.kittify/config.json', '{"authors":["carol"]}\n')],
    ['.mailmap', (victim) => victim.write('.mailmap', 'carol <carol@example.org>\n')],
  ])('by an author who has never committed, and whom %s names, is named', async (_, name) => {
    const victim = await Victim.make()
    name(victim)
    victim.append(event({ actor: 'carol', timestamp: new Date().toISOString(), lamport_clock: 30 }))
    victim.commitAll('by carol, as she says')
    const { findings } = await victim.json('agent', 'events', 'audit')
    expect(findings).toMatchObject([{ kind: 'foreign_author', actor: 'carol' }])
  })
})

describe('definitions that only the files of a branch change', () => {
  it('are listed in merge preview', async () => {
    const victim = await Victim.make()
    victim.git('switch', '--quiet', '--create', 'mallory')
    victim.write(
      `kitty-specs/${FEATURE}/tasks/WP02-part.md`,
      packageText('WP02').replace('Part WP02', 'Send the keys'),
    )
    rmSync(victim.path(`kitty-specs/${FEATURE}/tasks/WP03-part.md`))
    victim.write(`kitty-specs/${FEATURE}/tasks/WP09-part.md`, packageText('WP09'))
    victim.commitAll('only files')
    victim.git('switch', '--quiet', 'main')
    const file = (name: string): string => `kitty-specs/${FEATURE}/tasks/${name}-part.md`
    const { definitions } = await victim.json('agent', 'merge', 'preview', 'mallory')
    expect(definitions).toEqual([
      {
        file: file('WP02'),
        work_package: 'WP02',
        change: 'changed',
        what: 'title "Part WP02" → "Send the keys"',
      },
      { file: file('WP03'), work_package: 'WP03', change: 'removed', what: '"Part WP03"' },
      { file: file('WP09'), work_package: 'WP09', change: 'added', what: '"Part WP09"' },
    ])
    const shown = await victim.done('agent', 'merge', 'preview', 'mallory')
    expect(shown.stdout).toContain('WP02-part.md')
  })
})

describe('a stub of a stranger’s', () => {
  it('is listed by audit, merge preview and status, and one refusal restores the line', async () => {
    const victim = await Victim.make()
    await victim.done('note', 'WP01', 'what we agreed on')
    victim.commitAll('note')
    const line =
      victim
        .log()
        .split('\n')
        .find((one) => one.includes('what we agreed on')) ?? ''
    const full = JSON.parse(line) as Record<string, unknown> // a line that kitty wrote
    const id = String(full['event_id'])
    victim.git('switch', '--quiet', '--create', 'mallory')
    const stub = { ...full, payload: { feature_slug: FEATURE, redacted: 'nothing to see' } }
    const [file = ''] = victim
      .git('grep', '-l', 'what we agreed on', '--', '.kittify/events')
      .trim()
      .split('\n')
    writeFileSync(victim.path(file), victim.read(file).replace(line, JSON.stringify(stub)))
    victim.commitAll('stub')
    victim.git('switch', '--quiet', 'main')
    for (const args of [
      ['agent', 'merge', 'preview', 'mallory'],
      ['agent', 'events', 'audit', 'main..mallory'],
    ]) {
      const { findings } = await victim.json(...args)
      expect(findings, args.join(' ')).toMatchObject([{ kind: 'stub', event_id: id }])
    }
    victim.git('merge', '--quiet', '--no-edit', 'mallory')
    expect((await victim.done('show', 'WP01')).stdout).not.toContain('what we agreed on')
    const { stderr } = await victim.done('status')
    expect(stderr).toContain(`redact --refuse ${id}`)
    await victim.done('agent', 'events', 'redact', '--refuse', id)
    expect((await victim.done('show', 'WP01')).stdout).toContain('what we agreed on')
    expect((await victim.kitty('agent', 'events', 'verify')).code).toBe(0)
  })
})

/** Put together here, so that no line of this file is taken for a secret. */
const TOKEN = `ghp_${'aB3'.repeat(12)}`

describe('a secret that is in the log', () => {
  it('is a check of its own that names redact, and redact takes it out of every clone', async () => {
    const victim = await Victim.make()
    const secret = event({ payload: { feature_slug: FEATURE, text: `the key is ${TOKEN}` } })
    victim.append(secret)
    victim.commitAll('with a secret')
    victim.git('branch', 'older')
    await victim.done('note', 'WP01', 'x')
    const second = await Victim.make()
    rmSync(second.root, { recursive: true })
    execFileSync('git', ['clone', '--quiet', victim.root, second.root])
    await second.kitty('status')

    const doctor = await victim.kitty('doctor', '--json')
    expect(doctor.code).toBe(3)
    const { checks } = JSON.parse(doctor.stdout) as {
      checks: { name: string; ok: boolean; next_steps: { text: string }[] }[]
    }
    const failed = checks.filter(({ ok }) => !ok)
    expect(failed.map(({ name }) => name)).toEqual(['secrets'])
    expect(failed[0]?.next_steps.map(({ text }) => text).join('\n')).toContain(
      `redact ${String(secret['event_id'])}`,
    )
    expect(JSON.stringify(failed)).not.toContain(TOKEN)

    await victim.done('agent', 'events', 'redact', String(secret['event_id']), '--reason', 'a key')
    expect((await victim.kitty('doctor')).code).toBe(0)
    victim.git('add', '--all')
    victim.git('commit', '--quiet', '--message', 'redacted')
    second.git('pull', '--quiet', '--no-edit', 'origin', 'main')
    // A clone knows of a redaction once a command there has read it.
    await second.kitty('status')
    for (const clone of [victim, second]) {
      clone.git('checkout', '--quiet', '--force', clone === victim ? 'older' : 'origin/older')
      expect((await clone.kitty('show', 'WP01', '--json')).stdout).not.toContain(TOKEN)
      clone.git('checkout', '--quiet', '--force', 'main')
      expect((await clone.kitty('agent', 'events', 'list', '--json')).stdout).not.toContain(TOKEN)
      await clone.kitty('note', 'WP01', 'one more')
      expect(clone.log()).not.toContain(TOKEN)
    }
  })
})
