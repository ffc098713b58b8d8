import { appendFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect } from 'vitest'
import type { LogEvent } from '../../../src/core/events-lib.js'
import { noteFields, noteLine, ulid } from '../../support/events.js'
import { rejectionOf } from '../../support/kitty-error.js'
import { fault } from '../support/fault.js'
import { noteDraft, PROVENANCE } from '../support/inside.js'
import { checkInvariants, type Exempt } from '../support/invariants.js'
import { expectExit, World } from '../support/world.js'
import { Verify, type VerifyResult } from '../../../src/core/services/verify/verify.js'

const FILE = '2026-01-07.jsonl'

interface Looked {
  readonly world: World
  readonly verified: VerifyResult
  readonly events: readonly LogEvent[]
  readonly notices: readonly string[]
}

/** A line of this harness's own day, with any key replaced. */
function line(seed: number, changes: Readonly<Record<string, unknown>> = {}): string {
  return noteLine(seed, { timestamp: '2026-01-07T09:00:00.000Z', actor: 'someone', ...changes })
}

/** Puts bytes into the log and answers what reading and verify say; then the invariants are checked. */
async function withFile(content: string | Buffer, exempt: Exempt = {}, file = FILE): Promise<Looked> {
  const world = await World.make()
  appendFileSync(join(world.eventsDir, file), content)
  world.remember()
  const [verified, events, notices] = await world.inside(async ({ resolver, store, notices }) => {
    const verify = await resolver.resolve(Verify)
    return [await verify.verify(), await store.read(), notices.all] as const
  })
  await checkInvariants(world, exempt)
  return { world, verified, events, notices }
}

/** `line kind` of each problem of the file. */
function problems({ verified }: Looked): string[] {
  return verified.problems.filter(({ file }) => file === FILE).map(({ line, kind }) => `${line} ${kind}`)
}

function texts({ events }: Looked): unknown[] {
  return events
    .filter(({ timestamp }) => timestamp.startsWith('2026-01-07'))
    .map(({ payload }) => (payload as { text?: unknown }).text)
}

describe('bytes that are no lines', () => {
  fault(41, 'byte order marks', {}, async () => {
    const looked = await withFile(`\ufeff${line(101)}${line(102)}\ufeff${line(103)}${line(104)}`, {
      rewritten: true,
    })
    expect(problems(looked)).toEqual(['1 bom', '3 stray_bom'])
    expect(texts(looked)).toEqual(['note 101', 'note 102', 'note 104'])
    return {
      injected: 'a mark at the start and one in the middle',
      found: 'the first read past, the second reported as file:line',
      expected: 'start stripped, middle reported; file:line; 0, verify 3',
    }
  })

  fault(42, 'bytes that are no text', {}, async () => {
    const good = line(101, { payload: { feature_slug: '001-login', text: 'a\u2028b' } })
    const bad = [
      Buffer.from([0xff, 0xfe, 0x41, 0x0a]),
      Buffer.from(`${'\0'.repeat(64)}\n`),
      Buffer.from('{"a":\r1}\n'),
    ]
    const looked = await withFile(Buffer.concat([Buffer.from(good), ...bad, Buffer.from(line(102))]))
    expect(problems(looked)).toEqual(['2 invalid_utf8', '3 nul', '4 lone_cr'])
    expect(texts(looked)).toEqual(['a\u2028b', 'note 102'])
    return {
      injected: 'invalid UTF-8, a run of NUL, a lone CR, U+2028 in a string',
      found: 'three lines reported, the line with U+2028 and the one after kept',
      expected: 'bad line reported, others kept; file:line; 0, verify 3',
    }
  })

  fault(43, 'a line that is too long', {}, async () => {
    const looked = await withFile(`${line(101)}${'x'.repeat(300_000)}\n${line(102)}`)
    expect(problems(looked)).toEqual(['2 line_too_long'])
    expect(texts(looked)).toEqual(['note 101', 'note 102'])
    return {
      injected: 'a line of 300 KB between two good ones (300 MB in the full run)',
      found: '"line too long", its neighbours kept',
      expected: 'bounded memory, reported; "line too long"; 0, verify 3',
    }
  })

  fault(44, 'deep and wide values', {}, async () => {
    const deep = `${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}\n`
    const list = `${'['.repeat(100_000)}${']'.repeat(100_000)}\n`
    const deepPayload = JSON.stringify(noteFields(103)).replace(
      '"text"',
      `"d":${'['.repeat(500)}${']'.repeat(500)},"text"`,
    )
    const manyKeys = `{${Array.from({ length: 20_000 }, (_, at) => `"k${at}":1`).join(',')}}\n`
    const longKey = `{"${'k'.repeat(200_000)}":1}\n`
    const looked = await withFile(
      `${line(101)}${deep}${list}${deepPayload}\n${manyKeys}${longKey}${line(102)}`,
    )
    expect(problems(looked)).toHaveLength(5)
    expect(texts(looked)).toEqual(['note 101', 'note 102'])
    return {
      injected: 'depth 20,000 and 100,000, 20,000 keys, a key of 200 KB',
      found: 'each reported, no stack overflow, their neighbours kept',
      expected: 'reported, no stack overflow; 0, verify 3',
    }
  })

  fault(45, 'names that reach prototypes', {}, async () => {
    const payload = '"payload":{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},'
    const hostile = JSON.stringify(noteFields(103)).replace('"payload":{', payload)
    const looked = await withFile(`${line(101)}${hostile}\n${line(102)}`)
    expect(problems(looked)).toEqual(['2 hazard'])
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
    for (const id of ['__proto__', 'toString', 'constructor']) {
      const refused = await rejectionOf(
        looked.world.inside(({ store }) => store.emit([noteDraft('no', id)], PROVENANCE)),
      )
      expect(refused.kind).toBe('ValidationError')
    }
    return {
      injected: '__proto__ and constructor.prototype in a payload; ids __proto__, toString, constructor',
      found: 'the line reported, ({}).polluted undefined, the ids refused',
      expected: '({}).x undefined after; id refused at emit; 0, verify 3',
    }
  })
})

describe('clocks that are no time', () => {
  fault(46, 'clock values out of range', {}, async () => {
    const values = [`${2 ** 53 - 1}`, `${2 ** 53}`, '1e400', '-1', '"5"', '1.5', '0']
    const lines = values.map((value, at) =>
      line(200 + at).replace(/"lamport_clock":\d+/, `"lamport_clock":${value}`),
    )
    const looked = await withFile(`${line(101)}${line(102)}${lines.join('')}`)
    expect(problems(looked)).toEqual([
      '3 suspicious_clock',
      ...[4, 5, 6, 7, 8, 9].map((n) => `${n} bad_envelope`),
    ])
    expect(looked.verified.problems.find(({ kind }) => kind === 'suspicious_clock')?.message).toContain(
      'suspicious clock',
    )
    expect(texts(looked)).toEqual(['note 101', 'note 102', 'note 200'])
    const next = await looked.world.note('after the poison')
    expect(next.lamport_clock).toBeLessThan(200)
    return {
      injected: '2^53−1, 2^53, 1e400, −1, "5", 1.5, 0',
      found: `the next value is ${next.lamport_clock}; each listed`,
      expected: 'clock not advanced, suspect listed; "suspicious clock"; 0',
    }
  })

  fault(47, 'a jump of 10^9', {}, async () => {
    const looked = await withFile(`${line(101)}${line(1_000_000_101)}`)
    expect(problems(looked)).toEqual(['2 suspicious_clock'])
    const next = await looked.world.note('after the jump')
    expect(next.lamport_clock).toBeLessThan(200)
    await poisonStaysPut()
    return {
      injected: 'a value 10^9 above the others',
      found: `listed; the next value is ${next.lamport_clock}`,
      expected: 'as 46',
    }
  })
})

/** In the file that is written to, poison must not make every later write put the file in order again. */
async function poisonStaysPut(): Promise<void> {
  const world = await World.make()
  await world.note('before the poison')
  appendFileSync(world.today, line(1_000_000_101, { timestamp: new Date().toISOString() }))
  world.remember()
  for (let at = 0; at < 3; at += 1) {
    await world.note('behind the poison')
    rmSync(world.indexFile)
    await checkInvariants(world)
  }
}

describe('lines that stand twice', () => {
  fault(48, 'one event_id, several lines', {}, async () => {
    const id = ulid(150)
    const one = line(150, { payload: { feature_slug: '001-login', text: 'one' } })
    const other = line(150, { payload: { feature_slug: '001-login', text: 'other' } })
    const reordered = `${JSON.stringify({ payload: { text: 'one', feature_slug: '001-login' }, ...(JSON.parse(one) as object) })}\n`
    const answers = new Set<string>()
    for (const lines of [
      [one, one, other, reordered],
      [reordered, other, one, one],
    ]) {
      const world = await World.make()
      writeFileSync(join(world.eventsDir, FILE), lines.join(''))
      appendFileSync(join(world.eventsDir, '2026-01-08.jsonl'), one)
      world.remember()
      const [events, problems] = await world.inside(
        async ({ store }) => [await store.read(), await store.problems()] as const,
      )
      expect(events.filter((event) => event.event_id === id)).toHaveLength(1)
      answers.add(JSON.stringify(events.find((event) => event.event_id === id)))
      expect(problems.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['same_id']))
      expect(problems.filter(({ message }) => message.includes(id))).toHaveLength(4)
      await checkInvariants(world, { rewritten: true })
    }
    expect(answers.size, 'the same one, no matter which was read first').toBe(1)
    return {
      injected: 'the same bytes, other bytes, another key order, another day, in two orders',
      found: 'counted once, the same one in either order; each reported with its id',
      expected: 'once / both kept + conflict, same result for any order; ids; 0',
    }
  })

  fault(49, 'a key that is there twice', {}, async () => {
    const looked = await withFile(
      `${line(101)}${line(102).replace('"actor":', '"actor":"eve","actor":')}${line(103)}`,
    )
    expect(problems(looked)).toEqual(['2 duplicate_key'])
    expectExit(await looked.world.kitty(['agent', 'events', 'verify', '--json']), 3)
    return {
      injected: 'two keys "actor" in one object',
      found: 'reported, verify exits 3',
      expected: 'reported; 3',
    }
  })
})

describe('lines of others', () => {
  fault(70, "another tool's lines", {}, async () => {
    const unknown = [
      line(101, { event_type: 'SomethingNew' }),
      line(102, { event_version: 99 }),
      `${JSON.stringify({ ...noteFields(103, { timestamp: '2026-01-07T09:00:00.000Z', actor: 'someone' }), extra: { kept: true } })}\n`,
      line(104, { event_type: 'x.weather.Observed', entity_type: 'x.weather' }),
    ]
    const looked = await withFile(unknown.join(''))
    expect(problems(looked)).toEqual([])
    expect(looked.verified.notices.map(({ line, kind, message }) => `${line} ${kind} ${message}`)).toEqual([
      expect.stringMatching(/^1 unknown_type .* newer kitty/),
      expect.stringMatching(/^2 unknown_type .* newer kitty/),
      expect.stringMatching(/^4 unknown_type .* the plugin weather/),
    ])
    expectExit(await looked.world.kitty(['agent', 'events', 'verify', '--json']), 0)
    expect(readFileSync(join(looked.world.eventsDir, FILE), 'utf8')).toBe(unknown.join(''))
    return {
      injected: 'unknown event_type, event_version 99, an extra key, a plugin’s type',
      found: 'kept byte for byte after further writes; listed as unknown',
      expected: 'preserved byte for byte, listed as unknown; 0',
    }
  })
})
