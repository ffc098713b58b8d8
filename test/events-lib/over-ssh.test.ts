import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { deflateSync, inflateSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { EventsLibCheckout } from '../support/events-lib-checkout.js'
import { hasSshServer, SshServer } from '../support/ssh-server.js'
import { tempFolder } from '../support/temp-folder.js'
import { gitIn } from '../support/temp-repository.js'

if (!hasSshServer)
  process.stderr.write(
    'skipped: the events library over SSH: no /usr/sbin/sshd here (apt-get install openssh-server)\n',
  )

describe.skipIf(!hasSshServer)('the events library over SSH', () => {
  let server: SshServer

  beforeAll(async () => {
    server = new SshServer()
    await server.start()
  })
  afterAll(() => {
    server.stop()
  })

  /** A published repository, and a checkout of it that has the latest commit alone, with another library in its folder. */
  function published(): { origin: string; checkout: EventsLibCheckout } {
    const origin = tempFolder()
    const author = EventsLibCheckout.create(server.url(origin)).pinned()
    author.library('drifted')
    author.commit('drift')
    gitIn(origin, 'clone', '--quiet', '--bare', author.root, '.')
    return { origin, checkout: author.cloneOf('--depth=1') }
  }

  const access = (key: string) => ({
    KITTY_EVENTS_SSH_KEY: key,
    KITTY_EVENTS_KNOWN_HOSTS: server.knownHosts,
    GIT_SSH_COMMAND: 'ssh -F /dev/null -o IdentityAgent=none',
  })

  it('fetches the exact commit with the right key, though it is no longer where a branch ends', () => {
    const { checkout } = published()
    const done = checkout.runWith(access(server.deployKey), 'fetch')
    expect(done.stderr).toContain('fetched over SSH and verified')
    expect(done.code).toBe(0)
    expect(checkout.installed).toBe('first')
    expect(checkout.stamp).toMatchObject({ commit: checkout.pin['commit'], modified: false })
  })

  it('goes over SSH when told to, even where the folder is the pinned one', () => {
    const { checkout } = published()
    checkout.library('first')
    const env = { ...access(server.deployKey), KITTY_EVENTS_SOURCE: 'ssh' }
    expect(checkout.runWith(env, 'fetch').stderr).toContain('fetched over SSH')
    expect(checkout.isLinked).toBe(false)
    expect(checkout.runWith({ ...env, KITTY_EVENTS_SOURCE: 'http' }, 'fetch').code).toBe(1)
  })

  it('asks neither key nor host where the objects are here', () => {
    const { checkout } = published()
    checkout.git('fetch', '--quiet', '--unshallow')
    expect(
      checkout.runWith({ KITTY_EVENTS_SSH_KEY: '/nowhere', GIT_SSH_COMMAND: 'false' }, 'fetch').code,
    ).toBe(0)
    expect(checkout.installed).toBe('first')
  })

  it('follows a pin that was moved to a commit it does not have', () => {
    const { origin, checkout } = published()
    const author = new EventsLibCheckout(tempFolder())
    gitIn(author.root, 'clone', '--quiet', origin, '.')
    author.installTypescript()
    author.library('second')
    author.commit('second')
    author.pinned()
    author.git('push', '--quiet', 'origin', 'main')
    checkout.runWith(access(server.deployKey), 'fetch')
    checkout.setPin(author.pin)
    expect(checkout.runWith(access(server.deployKey), 'fetch').code).toBe(0)
    expect(checkout.installed).toBe('second')
  })

  it.each([
    ['a key the host does not know', () => access(server.otherKey), 'refused the key'],
    [
      'a key file that is not there',
      () => access(join(server.folder, 'nowhere')),
      'The deploy key is missing',
    ],
    [
      'no key at all',
      () => ({
        KITTY_EVENTS_KNOWN_HOSTS: server.knownHosts,
        GIT_SSH_COMMAND: 'ssh -F /dev/null -o IdentityAgent=none -o IdentityFile=/nowhere',
      }),
      'is missing: none was found',
    ],
  ])('says how to set up a deploy key for %s', (_name, env, says) => {
    const { checkout } = published()
    const done = checkout.runWith(env(), 'fetch')
    expect(done.code).toBe(1)
    expect(done.stderr).toContain(says)
    expect(done.stderr).toContain('ssh-keygen -t ed25519')
    expect(done.stderr).toContain('deploy key that may only read')
    expect(checkout.installed).toBeUndefined()
  })

  it('sends nothing to a host whose key is unknown, and says how to get to know it', () => {
    const { checkout } = published()
    const empty = join(tempFolder(), 'known-hosts')
    writeFileSync(empty, '')
    const done = checkout.runWith({ ...access(server.deployKey), KITTY_EVENTS_KNOWN_HOSTS: empty }, 'fetch')
    expect(done.code).toBe(1)
    expect(done.stderr).toContain('The host key of 127.0.0.1 is unknown')
    expect(done.stderr).toContain(`ssh-keyscan -p ${server.port} 127.0.0.1`)
  })

  it('tells a host that shows another key from one that is unknown', () => {
    const { checkout } = published()
    const changed = join(tempFolder(), 'known-hosts')
    writeFileSync(changed, `[127.0.0.1]:${server.port} ${readFileSync(`${server.otherKey}.pub`, 'utf8')}`)
    const done = checkout.runWith({ ...access(server.deployKey), KITTY_EVENTS_KNOWN_HOSTS: changed }, 'fetch')
    expect(done.stderr).toContain('shows another host key')
  })

  it('tells a commit that is not there, and a repository that is not there', () => {
    const { origin, checkout } = published()
    checkout.setPin({ commit: '1'.repeat(40) })
    expect(checkout.runWith(access(server.deployKey), 'fetch')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining(`Commit ${'1'.repeat(40)} is not there`) as string,
    })
    checkout.setPin({ repository: server.url(`${origin}-elsewhere`) })
    expect(checkout.runWith(access(server.deployKey), 'fetch').stderr).toContain('There is no repository at')
  })

  it('tells a host that cannot be reached', () => {
    const { checkout } = published()
    checkout.setPin({ repository: 'git+ssh://git@127.0.0.1:1/kitty.git' })
    expect(checkout.runWith(access(server.deployKey), 'fetch').stderr).toContain(
      '127.0.0.1:1 could not be reached',
    )
  })

  it('installs nothing when the commit holds another library than the pin says', () => {
    const { checkout } = published()
    checkout.setPin({ tree: '2'.repeat(40) })
    const done = checkout.runWith(access(server.deployKey), 'fetch')
    expect(done.stderr).toContain('does not agree with itself')
    expect(checkout.installed).toBeUndefined()
  })

  it('installs nothing when the server hands out other bytes under the hash of the pin', () => {
    const { origin, checkout } = published()
    const blob = gitIn(
      origin,
      'rev-parse',
      `${checkout.pin['commit'] ?? ''}:packages/events/src/index.ts`,
    ).trim()
    forge(origin, blob)
    const done = checkout.runWith(access(server.deployKey), 'fetch')
    expect(done.code).toBe(1)
    expect(checkout.installed).toBeUndefined()
  })

  /** Puts other content of the same length into a repository's object, under its old name. */
  function forge(repository: string, hash: string): void {
    const loose = join(repository, 'objects', hash.slice(0, 2), hash.slice(2))
    const bytes = inflateSync(readFileSync(loose)).toString('latin1')
    const forged = bytes.replace('first', 'wrong')
    expect(forged).not.toBe(bytes)
    rmSync(loose)
    writeFileSync(loose, deflateSync(Buffer.from(forged, 'latin1')))
  }
})
