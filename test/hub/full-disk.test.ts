import { execFileSync } from 'node:child_process'
import { chownSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { isKittyError } from '../../src/core/errors/kitty-error.js'
import { sharedFolder } from '../support/temp-folder.js'
import { noServer, PostgresServer, user } from './support/postgres-server.js'
import { pair } from './support/team.js'

/** A clone leaves a hub that failed alone for 30 seconds. */
const AFTER_THE_PAUSE = 31_000
const isRoot = process.platform === 'linux' && process.getuid?.() === 0
if (!isRoot) process.stderr.write('skipped: a full disk under the hub: mounting one needs root\n')

describe.skipIf(noServer !== undefined || !isRoot)('a server whose disk is full', () => {
  let server: PostgresServer
  let disk: string
  beforeAll(async () => {
    disk = join(sharedFolder(), 'disk')
    mkdirSync(disk)
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', disk])
    const space = join(disk, 'space')
    mkdirSync(space)
    const { uid, gid } = user()
    for (const path of [disk, space]) chownSync(path, uid, gid)
    // The server's user must get there.
    execFileSync('chmod', ['711', join(disk, '..')])
    server = await PostgresServer.start({ fsync: 'off' })
    await server.database()
    await server.sql(`CREATE TABLESPACE small LOCATION '${space}'`)
  })
  afterAll(async () => {
    await server.down()
    execFileSync('umount', ['--lazy', disk])
  })

  it('refuses a claim with its own message, notes go on, and nothing is lost once there is room', async () => {
    const [ada, bob] = await pair(server)
    await server.sql('ALTER TABLE kitty.event SET TABLESPACE small')
    await server.sql('CREATE TABLE filler (text text) TABLESPACE small')
    // Big rows, then small ones for the rest of the last page.
    await fill('INSERT INTO filler SELECT repeat(md5(random()::text), 200) FROM generate_series(1, 20)')
    await fill("INSERT INTO filler VALUES ('x')")
    await fill(
      `INSERT INTO kitty.event SELECT 'filler', coalesce(max(seq), 0) + 1, 'x', coalesce(max(seq), 0) + 1,
         gen_random_uuid()::text, current_date, 'x', 'owner' FROM kitty.event WHERE repo = 'filler'`,
    )
    const refused: unknown = await ada.move('doing').catch((error: unknown) => error)
    if (!isKittyError(refused)) throw new Error('not refused')
    expect([refused.kind, refused.message]).toEqual([
      'HubUnreachable',
      expect.stringContaining('its disk is full'),
    ])
    ada.later += AFTER_THE_PAUSE
    await ada.note('goes on')
    expect(await ada.status()).toMatchObject({ waiting: 1, not_confirmed: [] })

    await server.sql('DROP TABLE filler')
    ada.later += AFTER_THE_PAUSE
    expect(await ada.status()).toMatchObject({ reached: true, waiting: 0 })
    await ada.move('doing')
    expect(await bob.lane()).toBe('doing')
    expect(await bob.events()).toEqual(await ada.events())
    expect(await ada.problems()).toEqual([])
  })

  /** Repeats a statement until the server has no room for it. */
  async function fill(statement: string): Promise<void> {
    for (;;)
      try {
        await server.sql(statement)
      } catch (error) {
        // PostgreSQL's code for a full disk.
        expect((error as { code?: string }).code).toBe('53100')
        return
      }
  }
})
