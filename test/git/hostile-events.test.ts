import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { by, emit, FEATURE, inProcess, kitty, move, project } from '../support/kitty.js'
import { Verify } from '../../src/core/services/verify/verify.js'
import { EventStore } from '../../src/core/store/event-store.js'
import { Conflicts } from '../../src/core/services/conflicts/conflicts.js'

const DAY = '2026-11-22'

/** A line as a stranger may write it: JSON text, so that it may hold what no JavaScript number is. */
function line(id: number, changes: Readonly<Record<string, string>> = {}): string {
  const keys: Record<string, string> = {
    event_id: JSON.stringify(ulid(id)),
    event_type: '"WPStatusChanged"',
    event_version: '1',
    lamport_clock: '20',
    entity_id: '"WP01"',
    entity_type: '"WorkPackage"',
    timestamp: `"${DAY}T10:00:00.000Z"`,
    actor: '"eve"',
    causation_id: 'null',
    correlation_id: 'null',
    payload: `{"feature_slug":"${FEATURE}","old_status":"planned","new_status":"doing"}`,
    ...changes,
  }
  return `{${Object.entries(keys)
    .map(([key, value]) => `"${key}":${value}`)
    .join(',')}}\n`
}

function ulid(n: number): string {
  return `01ARZ3NDEKTSV4RRFF${String(n).padStart(8, '0')}`
}

const to = (lane: string) => `{"feature_slug":"${FEATURE}","old_status":"planned","new_status":"${lane}"}`
const ids = (...of: number[]) => JSON.stringify(of.map(ulid))

async function withLines(...lines: string[]): Promise<string> {
  const folder = await project()
  mkdirSync(join(folder, '.kittify', 'events'), { recursive: true })
  writeFileSync(join(folder, '.kittify', 'events', `${DAY}.jsonl`), '', { flag: 'a' })
  appendFileSync(join(folder, '.kittify', 'events', `${DAY}.jsonl`), lines.join(''))
  return folder
}

const verify = async (folder: string) =>
  (await inProcess(folder, Verify, (service) => service.verify())).result.problems
const kinds = async (folder: string) => (await verify(folder)).map((problem) => problem.kind)
const stateOf = async (folder: string) =>
  (await inProcess(folder, EventStore, (store) => store.workPackage(FEATURE, 'WP01'))).result

describe('a log with hostile events', () => {
  it.each(['9007199254740992', '1e400', '-1', '0', '1.5', '"5"', 'null'])(
    'whose clock value is %s has it reported by file and line, and not followed',
    async (value) => {
      const folder = await withLines(line(1), line(2, { lamport_clock: value, payload: to('done') }))
      const bad = (await verify(folder)).find((problem) => problem.kind === 'bad_envelope')
      expect(bad?.message).toMatch(/lamport_clock/)
      expect(bad?.file).toBe(`${DAY}.jsonl`)
      expect((await stateOf(folder))?.lane).toBe('doing')
    },
  )

  it.each(['9007199254740991', '1000000020'])(
    'whose clock jumps to %s keeps the line, and neither follows nor replays it',
    async (value) => {
      const folder = await withLines(
        line(1),
        line(2, { lamport_clock: value, payload: to('done'), parents: ids(1) }),
      )
      expect((await verify(folder)).filter((problem) => problem.kind === 'suspicious_clock')).toMatchObject([
        { file: `${DAY}.jsonl` },
      ])
      expect((await stateOf(folder))?.lane).toBe('doing')
      const { result } = await inProcess(folder, EventStore, (store) =>
        store.emit([move('for_review', 'WP01', 'doing')], by('ada')),
      )
      expect(result[0]?.lamport_clock).toBeLessThan(1000)
      expect(result[0]?.parents).toEqual([ulid(1)])
      const conflicts = await inProcess(folder, Conflicts, (service) => service.list(undefined, true))
      expect(
        conflicts.result.filter((conflict) => conflict.events.some((write) => write.event_id === ulid(2))),
      ).toEqual([])
      expect(await kinds(folder)).toContain('suspicious_clock')
    },
  )

  it('that name parents which are not there has each reported by name: lost, or not merged yet', async () => {
    const folder = await withLines(line(1), line(2, { lamport_clock: '21', parents: ids(1, 98, 99) }))
    const missing = (await verify(folder)).filter((problem) => problem.kind === 'missing_parent')
    expect(missing.map((problem) => problem.message)).toEqual([
      expect.stringContaining(ulid(98)),
      expect.stringContaining(ulid(99)),
    ])
    expect(missing.every((problem) => problem.file === `${DAY}.jsonl` && problem.line > 0)).toBe(true)
  })

  it('in a circle of parents is read to an end, with both links reported and neither followed', async () => {
    const folder = await withLines(
      line(1, { lamport_clock: '30', parents: ids(2), payload: to('doing') }),
      line(2, { lamport_clock: '30', parents: ids(1), payload: to('rejected') }),
      line(3, { lamport_clock: '30', parents: ids(3), payload: to('done') }),
    )
    expect((await kinds(folder)).filter((kind) => kind === 'invalid_parent')).toHaveLength(3)
    expect((await stateOf(folder))?.lane).toBe('done')
    expect((await stateOf(folder))?.conflicts).toMatchObject([{ winner: ulid(3), open: true }])
  })

  it('that name events of another package as parents is told so, and the two stay apart', async () => {
    const folder = await withLines(
      line(1, { entity_id: '"WP03"' }),
      line(2, { lamport_clock: '21', parents: ids(1) }),
    )
    expect((await verify(folder)).filter((problem) => problem.kind === 'invalid_parent')).toMatchObject([
      { message: expect.stringMatching(/another entity/) as string },
    ])
  })

  it('with a million parents is passed over in bounded time, as a line too long, and hides no other', async () => {
    const million = `[${`"${ulid(1)}",`.repeat(999_999)}"${ulid(1)}"]`
    const folder = await withLines(
      line(1),
      line(2, { lamport_clock: '21', parents: million, payload: to('done') }),
      line(3, { lamport_clock: '22', payload: to('rejected') }),
    )
    expect((await verify(folder)).find((problem) => problem.kind === 'line_too_long')).toMatchObject({
      line: expect.any(Number) as number,
    })
    expect((await stateOf(folder))?.lane).toBe('rejected')
  })

  it('with as many parents as fit into a line is read, and what it named counts once', async () => {
    const many = JSON.stringify(Array.from({ length: 8_000 }, (_, at) => ulid(at % 2 === 0 ? 1 : 1000 + at)))
    const folder = await withLines(
      line(1),
      line(2, { lamport_clock: '21', parents: many, payload: to('done') }),
    )
    expect((await stateOf(folder))?.lane).toBe('done')
    expect((await kinds(folder)).filter((kind) => kind === 'missing_parent')).toHaveLength(4_000)
    const conflicts = await inProcess(folder, Conflicts, (service) => service.show(FEATURE, 'WP01'))
    expect(conflicts.result.filter((conflict) => conflict.open)).toEqual([])
  })

  it('where one id names two events chooses the same one in any order, reports both, and keeps both', async () => {
    const lines = [
      line(1),
      line(2, { lamport_clock: '21', payload: to('done') }),
      line(2, { lamport_clock: '21', payload: to('rejected') }),
    ]
    const [straight, turned] = [await withLines(...lines), await withLines(...[...lines].reverse())]
    expect((await stateOf(straight))?.lane).toBe((await stateOf(turned))?.lane)
    for (const folder of [straight, turned]) {
      expect((await verify(folder)).filter((problem) => problem.kind === 'same_id')).toMatchObject([
        { message: expect.stringContaining(ulid(2)) as string },
      ])
      await emit(folder, 'ada', move('planned', 'WP01'))
      expect(await kinds(folder)).toContain('same_id')
    }
  })

  it('says all of this to a program too, and leaves every line where it is', async () => {
    const folder = await withLines(
      line(1),
      line(2, { lamport_clock: '1e400' }),
      line(3, { lamport_clock: '1000000020' }),
      line(4, { lamport_clock: '22', parents: ids(77) }),
    )
    const ran = await kitty(folder, ['agent', 'events', 'verify', '--json'])
    expect(ran.code).toBe(3)
    const found = ran.json()['problems'] as { kind: string; line: number }[]
    expect(
      found
        .filter((one) => ['bad_envelope', 'suspicious_clock', 'missing_parent'].includes(one.kind))
        .map((one) => one.line),
    ).toHaveLength(3)
  })
})
