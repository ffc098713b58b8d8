import { execFileSync } from 'node:child_process'
import { appendFileSync, existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { renderHubStatus } from '../../src/core/cli/render/hub-status.js'
import { RedactEvents } from '../../src/core/services/events/redact-events.js'
import { HubMember } from '../../src/core/services/hub/hub-member.js'
import { RecordHub, type RecordHubResult } from '../../src/core/services/hub/record-hub.js'
import { RedactOnHub } from '../../src/core/services/hub/redact-on-hub.js'
import { TrimHub, type TrimHubResult } from '../../src/core/services/hub/trim-hub.js'
import { cloneOf, commitLog } from '../support/kitty.js'
import { gitIn } from '../support/temp-repository.js'
import { kindOf } from './support/kind-of.js'
import { noServer, PostgresServer } from './support/postgres-server.js'
import { Member, pair } from './support/team.js'

const DAYS = 24 * 3_600_000
const SECRET = 'the customer is Initech'

describe.skipIf(noServer !== undefined)('what the hub keeps', () => {
  let server: PostgresServer
  beforeAll(async () => {
    server = await PostgresServer.start({ fsync: 'off' })
    await server.database('kitty', ['eve'])
  })
  afterAll(() => server.down())

  /** Two members, and a clone of the first one's that has joined the hub as a job. */
  async function job(of: Member): Promise<Member> {
    const member = new Member(await cloneOf(of.folder), 'job', of.env)
    await member.join()
    return member
  }
  const record = (member: Member, all = false): Promise<RecordHubResult> =>
    member.run(RecordHub, (service) => service.record('2d', all), 4 * DAYS)
  const recorded = (member: Member): string[] => {
    const folder = join(member.folder, '.kittify', 'events')
    return readdirSync(folder)
      .filter((name) => name.endsWith('.hub.jsonl'))
      .map((name) => readFileSync(join(folder, name), 'utf8'))
  }
  /** Every file that kitty keeps in a clone. */
  const holds = (member: Member, text: string): string[] =>
    [join(member.folder, '.kittify'), join(member.folder, '.git', 'kitty')]
      .filter((folder) => existsSync(folder))
      .flatMap((folder) => readdirSync(folder, { recursive: true, withFileTypes: true }))
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .filter((path) => readFileSync(path).includes(text))

  it('is recorded for those who were lost before a push, the same by every run, and git is whole after', async () => {
    const [ada, bob] = await pair(server)
    await bob.move('doing')
    await bob.note('on a laptop that is stolen now')
    const [one, other] = [await job(ada), await job(ada)]
    expect(await record(one)).toMatchObject({ already_running: false, recorded: 2 })
    expect(await record(one)).toMatchObject({ recorded: 0, files: [] })
    expect(await record(other)).toMatchObject({ recorded: 2 })
    expect(recorded(other)).toEqual(recorded(one))
    expect(recorded(one).join('')).toContain('stolen')
    expect(await one.problems()).toEqual([])
    // A clone that has never seen the hub.
    commitLog(one.folder)
    const zoe = new Member(await cloneOf(one.folder), 'zoe', {})
    expect(await zoe.problems()).toEqual([])
    expect(await zoe.lane()).toBe('doing')
    // The laptop is found, and git has the same events twice.
    commitLog(bob.folder)
    gitIn(bob.folder, 'pull', '--quiet', '--no-rebase', '--no-edit', one.folder, 'HEAD')
    expect(await bob.problems()).toEqual([])
  })

  it('is added to a file that someone has edited, of which every line stays', async () => {
    const [ada, bob] = await pair(server)
    await bob.note('first')
    const one = await job(ada)
    expect(await record(one)).toMatchObject({ recorded: 1 })
    const [file = ''] = readdirSync(join(one.folder, '.kittify', 'events')).filter((name) =>
      name.endsWith('.hub.jsonl'),
    )
    const theirs = ['a line of theirs', '{"half":', '["no event"]']
    appendFileSync(join(one.folder, '.kittify', 'events', file), `${theirs.join('\n')}\n`)
    await bob.note('second')
    expect(await record(one)).toMatchObject({ recorded: 1 })
    const lines = recorded(one).join('').trimEnd().split('\n')
    expect(lines.slice(0, 2).map((line) => JSON.parse(line) as unknown)).toMatchObject([
      { payload: { text: 'first' } },
      { payload: { text: 'second' } },
    ])
    expect(lines.slice(2)).toEqual(theirs)
  })

  it('is recorded by one clone at a time', async () => {
    const [ada, bob] = await pair(server)
    await bob.note('lost')
    const jobs = [await job(ada), await job(ada)]
    const answers = await Promise.all(jobs.map((one) => record(one)))
    const texts = jobs.flatMap(recorded)
    expect(texts.length).toBe(answers.filter(({ already_running }) => !already_running).length)
    expect(new Set(texts).size).toBe(1)
  })

  it('loses the content of a redacted event everywhere, and no clone offers it again', async () => {
    const [ada, bob] = await pair(server)
    await bob.note(SECRET)
    await ada.status()
    const cid = await job(ada)
    await cid.status()
    expect(holds(cid, SECRET)).not.toEqual([])
    const [row] = await server.sql<{ event_id: string }>(
      `SELECT event_id FROM kitty.event WHERE repo = '${ada.hub().repo ?? ''}' ORDER BY seq DESC LIMIT 1`,
    )
    const id = row?.event_id ?? ''
    const redact = (member: Member): Promise<unknown> =>
      member.run(RedactOnHub, (service) => service.redact(id, 'names a customer'))
    await ada.run(HubMember, (service) => service.set('eve', 'append'))
    const eve = new Member(cid.folder, 'eve', { KITTY_HUB: server.url('eve') })
    expect(await kindOf(redact(eve))).toBe('HubDenied')
    expect(holds(cid, SECRET)).not.toEqual([])
    await redact(ada)
    // Again, as after an interruption.
    await redact(ada)
    const left = await server.sql<{ line: Buffer }>('SELECT line FROM kitty.event')
    expect(left.filter(({ line }) => line.includes(SECRET))).toEqual([])
    for (const member of [bob, cid]) {
      await member.status()
      // Its next write takes the line out of its log.
      await member.note('goes on')
      expect((await member.status()).waiting).toBe(0)
      expect(holds(member, SECRET).filter((path) => !path.includes('index'))).toEqual([])
      expect(await member.problems()).toEqual([])
    }
    const after = await server.sql<{ line: Buffer }>('SELECT line FROM kitty.event')
    expect(after.filter(({ line }) => line.includes(SECRET))).toEqual([])
  })

  it('loses the content also where the hub has no line of the event', async () => {
    const [ada, bob] = await pair(server)
    const secret = 'the customer is Initrode'
    await ada.note(secret)
    await ada.note('the last of its package, which stays')
    commitLog(ada.folder)
    const outsider = new Member(await cloneOf(ada.folder), 'cid', {})
    await outsider.note(`${secret} too`, 'WP02')
    commitLog(outsider.folder)
    for (const { folder } of [ada, bob])
      gitIn(folder, 'pull', '--quiet', '--ff-only', outsider.folder, 'HEAD')
    expect(holds(bob, secret)).not.toEqual([])
    // As `kitty hub trim` does on a later day.
    await server.sql("DELETE FROM kitty.event WHERE convert_from(line, 'utf8') LIKE '%Initrode%'")
    const secrets = [...(await ada.events())].filter(([, line]) => line.includes(secret))
    expect(secrets.length).toBe(2)
    for (const [id] of secrets)
      await ada.run(RedactOnHub, (service) => service.redact(id, 'names a customer'))

    await bob.status()
    await bob.note('goes on')
    expect(holds(bob, secret).filter((path) => !path.includes('index'))).toEqual([])
    expect([...(await bob.events()).values()].filter((line) => line.includes(secret))).toEqual([])
    expect(await bob.problems()).toEqual([])
  })

  it('says what is redacted here and not on the hub, as after a restored backup, and only that', async () => {
    const [ada, bob] = await pair(server)
    const { event } = await ada.note('the customer is Hooli')
    const { event: local } = await ada.note('the other customer is Hooli too')
    await bob.status()
    const id = event.event_id
    const ofEvent = `repo = '${ada.hub().repo ?? ''}' AND event_id = '${id}'`
    const redact = (): Promise<unknown> =>
      ada.run(RedactOnHub, (service) => service.redact(id, 'names a customer'))
    const onlyHere = async (member: Member): Promise<unknown> => (await member.status()).redacted_only_here

    const [before] = await server.sql<{ line: Buffer }>(`SELECT line FROM kitty.event WHERE ${ofEvent}`)
    await redact()
    expect([await onlyHere(ada), await onlyHere(bob)]).toEqual([[], []])
    await server.sql(
      `UPDATE kitty.event SET line = '\\x${before?.line.toString('hex') ?? ''}' WHERE ${ofEvent}`,
    )
    await server.sql(`DELETE FROM kitty.void WHERE ${ofEvent}`)
    expect([await onlyHere(ada), await onlyHere(bob)]).toEqual([[id], [id]])
    await redact()
    expect([await onlyHere(ada), await onlyHere(bob)]).toEqual([[], []])

    await ada.run(RedactEvents, (service) => service.redact([local.event_id], 'names a customer'))
    expect([await onlyHere(ada), await onlyHere(bob)]).toEqual([[local.event_id], []])
    expect(renderHubStatus(await ada.status())).toContain(`kitty hub redact ${local.event_id} --reason`)
  })

  it('is trimmed by whole days that the trunk has, and versions go on', async () => {
    const [ada, bob] = await pair(server)
    for (let at = 0; at < 4; at += 1) await ada.note(`note ${at}`)
    const today = new Date(Date.now() + DAYS).toISOString().slice(0, 10)
    const trim = (member: Member): Promise<TrimHubResult> =>
      member.run(TrimHub, (service) => service.trim(today))
    ada.later = bob.later = 2 * DAYS
    await bob.status()
    // No one has pushed the notes yet.
    expect(await kindOf(trim(bob))).toBe('UsageError')
    commitLog(ada.folder)
    gitIn(bob.folder, 'fetch', '--quiet')
    // On the day itself, what is still to come could not be told from what was trimmed.
    bob.later = 0
    expect(await kindOf(trim(bob))).toBe('UsageError')
    bob.later = 2 * DAYS
    const { removed } = await trim(bob)
    expect(removed).toBeGreaterThan(0)
    expect((await ada.status()).received).toBe(0)
    // No clone takes what was trimmed for missing.
    expect((await bob.status()).offered).toBe(0)
    await bob.move('doing')
    expect(await ada.lane()).toBe('doing')
    expect(await kindOf(ada.move('doing', 'WP01', { expect: 'planned' }))).toBe('LostRace')
    const fresh = await job(ada)
    fresh.later = 2 * DAYS
    expect(await fresh.lane()).toBe('doing')
    expect(await fresh.problems()).toEqual([])
    expect(execFileSync('git', ['-C', ada.folder, 'status', '--short', '--', 'src']).toString()).toBe('')
  })
})
