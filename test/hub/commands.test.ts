import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { cloneOf, commitLog, kitty, project, type Ran } from '../support/kitty.js'
import { freePort, noServer, PostgresServer } from './support/postgres-server.js'

const SECRET = 'hunter2-hunter2'

/** A clone, in which the built program runs. */
interface Place {
  readonly folder: string
  readonly env: Record<string, string>
}

describe.skipIf(noServer !== undefined)('the built program', () => {
  let server: PostgresServer
  beforeAll(async () => {
    server = await PostgresServer.start({ fsync: 'off' })
    await server.database('kitty', ['ada', 'eve'])
  })
  afterAll(() => server.down())

  const run = async ({ folder, env }: Place, ...args: string[]): Promise<Ran> => {
    const ran = await kitty(folder, args, { KITTY_ACTOR: 'ada', ...env })
    for (const secret of [SECRET, 'only-for-this-test']) expect(ran.stdout + ran.stderr).not.toContain(secret)
    return ran
  }
  /** @returns the document, after the exit code was compared */
  const document = async (place: Place, code: number, ...args: string[]): Promise<unknown> => {
    const ran = await run(place, ...args, '--json')
    expect(ran.code, ran.stdout + ran.stderr).toBe(code)
    return ran.json()
  }
  const said = async (place: Place, ...args: string[]): Promise<string> => {
    const { code, stdout, stderr } = await run(place, ...args)
    expect(code, stderr).toBe(0)
    return stdout
  }
  const refused = (kind: string, says: RegExp): object => ({
    error: { kind, message: expect.stringMatching(says) as string },
  })

  it('goes from nothing to a team, keeps the hub, and leaves it', async () => {
    const owner: Place = { folder: await project(), env: { KITTY_HUB: server.url() } }
    expect(await said(owner, 'hub', 'init', server.host, '--database', 'kitty')).toMatch(/is ready/)
    // Again: nothing is made twice.
    expect(await document(owner, 0, 'hub', 'init', server.host)).toMatchObject({ migrations: [] })
    commitLog(owner.folder)
    expect(await document(owner, 0, 'hub', 'status')).toMatchObject({ reached: true, may: 'own', waiting: 0 })

    const ada: Place = { folder: await cloneOf(owner.folder), env: { KITTY_HUB: server.url('ada') } }
    expect(await document(ada, 5, 'hub', 'join', '--yes')).toMatchObject(
      refused('HubDenied', /role ada has no right/),
    )
    expect(await document(owner, 5, 'hub', 'member', 'no-such-role', 'append')).toMatchObject(
      refused('HubDenied', /no such role/),
    )
    expect(await document(owner, 0, 'hub', 'member', 'ada', 'append')).toMatchObject({
      role: 'ada',
      may: 'append',
    })
    expect(await document(owner, 2, 'hub', 'member', 'ada', 'everything')).toMatchObject({ error: {} })
    expect(await document(owner, 5, 'hub', 'member', 'owner', 'none')).toMatchObject(
      refused('HubDenied', /last one/),
    )
    expect(await document(ada, 2, 'hub', 'join')).toMatchObject(
      refused('UsageError', /would send its events there/),
    )
    expect(await said(ada, 'hub', 'join', '--yes')).toContain('its role may append')

    expect((await run(owner, 'claim', 'WP01')).code).toBe(0)
    expect(await document(ada, 6, 'claim', 'WP01', '--actor', 'bob')).toMatchObject(
      refused('LostRace', /WP01/),
    )
    expect(await said(ada, 'hub', 'status')).toContain(`Reached ${server.host}`)

    const noted = (await document(ada, 0, 'note', 'WP01', 'a secret got in')) as {
      event: { event_id: string }
    }
    const { event_id: id } = noted.event
    expect(await document(owner, 0, 'hub', 'status')).toMatchObject({ received: 1 })
    // Taken out of one clone alone, it is on the hub.
    const slip = (await document(owner, 0, 'note', 'WP01', 'another secret')) as {
      event: { event_id: string }
    }
    const inFull = slip.event.event_id
    expect(await said(owner, 'agent', 'events', 'redact', inFull, '--reason', 'a test')).toContain(
      `kitty hub redact ${inFull} --reason`,
    )
    expect(await document(owner, 0, 'hub', 'status')).toMatchObject({ redacted_only_here: [inFull] })
    expect(await document(ada, 5, 'hub', 'redact', id, '--reason', 'a test')).toMatchObject(
      refused('HubDenied', /Only an owner/),
    )
    expect(await said(owner, 'hub', 'redact', id, '--reason', 'a test')).toContain(`Redacted ${id}`)
    // It ends, too, when it is refused: an open connection would keep the process.
    expect(await document(owner, 2, 'hub', 'redact', 'ZZZZZZ', '--reason', 'none')).toMatchObject({
      error: {},
    })
    await server.database('of_a_team')
    const reporting = { ...ada, env: { ...ada.env, KITTY_REPORT: `${server.url()}/of_a_team` } }
    expect(await said(reporting, 'report')).toMatch(/^Wrote /)
    expect((await run(ada, 'hub', 'status')).code).toBe(0)
    expect(await said(ada, 'show', 'WP01')).not.toContain('a secret got in')

    expect(await document(owner, 2, 'hub', 'record', '--older-than', 'soon')).toMatchObject(
      refused('UsageError', /takes a time/),
    )
    expect(await document(owner, 0, 'hub', 'record', '--older-than', '2d')).toMatchObject({
      already_running: false,
      recorded: 0,
    })
    expect(await document(owner, 2, 'hub', 'trim', '--before', 'yesterday')).toMatchObject(
      refused('UsageError', /takes a day/),
    )
    expect(await document(owner, 2, 'hub', 'trim', '--before', '2026-01-01')).toMatchObject(
      refused('UsageError', /has no refs\/remotes\/origin\/HEAD/),
    )
    expect(await document(ada, 5, 'hub', 'trim', '--before', '2020-01-01')).toMatchObject({
      error: { kind: 'HubDenied' },
    })
    expect(await document(owner, 0, 'hub', 'upgrade')).toMatchObject({ migrations: [] })
    expect(await document(ada, 5, 'hub', 'upgrade')).toMatchObject({ error: { kind: 'HubDenied' } })

    expect(await document(owner, 0, 'hub', 'member', 'ada', 'none')).toMatchObject({ may: 'none' })
    expect(await document(ada, 5, 'claim', 'WP03')).toMatchObject(refused('HubDenied', /no right/))
    expect(await said(ada, 'hub', 'leave')).toContain('has left')
    expect(await document(ada, 0, 'hub', 'leave')).toMatchObject({ left: false, forgotten: false })
    expect((await run(ada, 'claim', 'WP03')).code).toBe(0)
    expect(await document(ada, 0, 'hub', 'leave', '--forget')).toMatchObject({ forgotten: true })
    expect(await document(ada, 2, 'hub', 'status')).toMatchObject(refused('UsageError', /has no hub/))
  })

  it('takes hosts, database and options in any order, also when a host has the name of the database', async () => {
    const place: Place = { folder: await project(), env: { KITTY_HUB: server.url(undefined, server.host) } }
    const down = `127.0.0.1:${await freePort()}`
    expect(
      await document(place, 0, 'hub', 'init', '--database', 'kitty', server.host, down, '--new'),
    ).toMatchObject({ hosts: [server.host, down], database: 'kitty' })
    const named: Place = { folder: await project(), env: {} }
    expect(await document(named, 4, 'hub', 'init', 'kitty', '--database', 'kitty')).toMatchObject(
      refused('HubUnreachable', /kitty:5432/),
    )
  })

  it.each([
    [
      'a wrong password',
      (host: string) => [host, '--database', 'kitty'],
      (host: string) => `postgres://owner:${SECRET}@${host}`,
      5,
      /did not accept the role owner/,
    ],
    [
      'no such database',
      (host: string) => [host, '--database', 'nowhere'],
      undefined,
      5,
      /has no database nowhere/,
    ],
    ['a URL with a password', () => [`postgres://owner:${SECRET}@db1.example`], undefined, 2, /host/i],
    [
      'a password for another host',
      (host: string) => [host],
      () => `postgres://owner:${SECRET}@db9.example`,
      2,
      /is for db9.example/,
    ],
    [
      'a name of a database that is none',
      (host: string) => [host, '--database', `x'; DROP TABLE kitty.event; --`],
      undefined,
      2,
      /database/,
    ],
    ['no host at all', () => [], undefined, 2, /host/i],
  ] as const)('refuses %s, and writes no configuration', async (_, args, url, code, says) => {
    const place: Place = {
      folder: await project(),
      env: { KITTY_HUB: url?.(server.host) ?? server.url() },
    }
    const answer = (await document(place, code, 'hub', 'init', ...args(server.host))) as {
      error: { message: string }
    }
    expect(answer.error.message).toMatch(says)
    expect(await document(place, 2, 'hub', 'status')).toMatchObject(refused('UsageError', /has no hub/))
  })

  it('stops at a configuration that a pull has changed, and at one that holds a password', async () => {
    const place: Place = { folder: await project(), env: { KITTY_HUB: server.url() } }
    const { repo } = (await document(place, 0, 'hub', 'init', server.host)) as { repo: string }
    const configure = (hub: object): void =>
      writeFileSync(
        join(place.folder, '.kittify', 'config.json'),
        JSON.stringify({ hub: { repo, database: 'kitty', ...hub } }),
      )
    configure({ hosts: ['db6.example'] })
    expect(await document(place, 5, 'claim', 'WP01')).toMatchObject(refused('HubMismatch', /another hub/))
    expect((await run(place, 'status', '--json')).code).toBe(0)
    configure({ hosts: [`owner:${SECRET}@db1.example`] })
    expect(await document(place, 5, 'status')).toMatchObject({ error: { kind: 'BadConfig' } })
  })

  it('writes the report, and says what it lacks', async () => {
    const place: Place = { folder: await project(), env: {} }
    await server.sql('CREATE DATABASE reports', 'postgres')
    expect(await document(place, 2, 'report')).toMatchObject(refused('UsageError', /Nothing says where/))
    expect(
      await document(place, 2, 'report', '--to', `postgres://owner:${SECRET}@${server.host}/reports`),
    ).toMatchObject({ error: { kind: 'UsageError' } })
    place.env['KITTY_REPORT'] = `postgres://owner:${SECRET}@${server.host}/reports`
    expect(await document(place, 5, 'report')).toMatchObject(refused('HubDenied', /did not accept/))
    place.env['KITTY_REPORT'] = `${server.url()}/reports`
    expect(await document(place, 0, 'report')).toMatchObject({ work_packages: 3, features: 1 })
    expect(await said(place, 'report')).toMatch(/^Wrote 3 packages of 1 features?/)
    place.env['KITTY_REPORT'] = `${server.url(undefined, `127.0.0.1:${await freePort()}`)}/reports`
    expect(await document(place, 4, 'report')).toMatchObject({ error: { kind: 'HubUnreachable' } })
  })
})
