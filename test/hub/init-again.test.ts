import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { InitHub, type InitHubResult } from '../../src/core/services/hub/init-hub.js'
import { JoinHub } from '../../src/core/services/hub/join-hub.js'
import { cloneOf, commitLog, project } from '../support/kitty.js'
import { gitIn } from '../support/temp-repository.js'
import { refusalOf } from './support/kind-of.js'
import { noServer, PostgresServer } from './support/postgres-server.js'
import { Member, pair } from './support/team.js'

describe.skipIf(noServer !== undefined)('making a hub', () => {
  let server: PostgresServer
  beforeAll(async () => {
    server = await PostgresServer.start({ fsync: 'off' })
    await server.database()
    await server.sql("CREATE ROLE root SUPERUSER LOGIN PASSWORD 'only-for-this-test'")
  })
  afterAll(() => server.down())

  const init = (member: Member): Promise<InitHubResult> =>
    member.run(InitHub, (hub) => hub.init({ hosts: [server.host], database: 'kitty', isNew: false }))
  const owners = (repo = ''): Promise<object[]> =>
    server.sql("SELECT role FROM kitty.member WHERE repo = $1 AND may = 'own' ORDER BY 1", 'kitty', [repo])

  it('is refused where another project has its own, which gets no event of this one and no owner', async () => {
    const [ada] = await pair(server)
    const { repo } = ada.hub()
    const mallory = new Member(await project(), 'mallory', { KITTY_HUB: server.url('root') })
    gitIn(mallory.folder, 'commit', '--quiet', '--amend', '--message', 'another project')
    mallory.configure(ada.hub())
    expect(await refusalOf(init(mallory))).toMatchObject({
      kind: 'HubMismatch',
      message: expect.stringContaining('keeps another repository') as string,
    })
    expect(await mallory.status()).toMatchObject({ joined: false })
    expect(await owners(repo)).toEqual([{ role: 'owner' }])
  })

  it('gives its rights to an administrator who repeats it, also one who was no member', async () => {
    const [ada] = await pair(server)
    const { repo } = ada.hub()
    const root = new Member(await cloneOf(ada.folder), 'root', { KITTY_HUB: server.url('root') })
    expect(await init(root)).toMatchObject({ repo, migrations: [] })
    expect(await root.status()).toMatchObject({ reached: true, may: 'own' })
    expect(await owners(repo)).toEqual([{ role: 'owner' }, { role: 'root' }])
  })

  it('is refused before the first commit, and in a shallow clone: no clone could tell whose hub it is', async () => {
    const ada = new Member(await project(), 'ada', { KITTY_HUB: server.url() })
    commitLog(ada.folder)
    gitIn(ada.folder, 'commit', '--quiet', '--allow-empty', '--message', 'second')
    const folder = `${ada.folder}-shallow`
    gitIn(ada.folder, 'clone', '--quiet', '--depth', '1', `file://${ada.folder}`, folder)
    const shallow = new Member(folder, 'ada', ada.env)
    expect(JSON.stringify((await refusalOf(init(shallow))).nextSteps)).toContain('git fetch --unshallow')
    gitIn(ada.folder, 'checkout', '--quiet', '--orphan', 'new')
    expect(await refusalOf(init(ada))).toMatchObject({
      kind: 'UsageError',
      message: expect.stringContaining('named by its first commit') as string,
    })
    for (const { env, folder: where } of [ada, shallow])
      await expect(new Member(where, 'ada', env).status()).rejects.toThrow('has no hub')
  })

  it('names the first commit of a clone that has none yet as none, before it joins', async () => {
    const [ada] = await pair(server)
    gitIn(ada.folder, 'checkout', '--quiet', '--orphan', 'new')
    const asked = ada.run(JoinHub, (hub) => hub.join(false))
    expect((await refusalOf(asked)).message).toContain('(no commit yet)')
  })
})
