import { rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { EventsLibCheckout } from '../support/events-lib-checkout.js'

const ZEROS = '0'.repeat(40)

describe('pinning the events library', () => {
  it('names commit and tree of the library as it is committed, and verifies from then on', () => {
    const checkout = EventsLibCheckout.create()
    const commit = checkout.git('rev-parse', 'HEAD').trim()
    expect(checkout.run('pin').code).toBe(0)
    expect(checkout.pin).toMatchObject({
      commit,
      tree: checkout.git('rev-parse', 'HEAD:packages/events').trim(),
    })
    expect(checkout.run('verify')).toMatchObject({ code: 0 })
  })

  it('names the commit that changed the library, not a later one', () => {
    const checkout = EventsLibCheckout.create()
    const commit = checkout.git('rev-parse', 'HEAD').trim()
    checkout.write('README.md', 'words\n')
    checkout.commit('something else')
    checkout.run('pin')
    expect(checkout.pin['commit']).toBe(commit)
  })

  it.each(['main', 'HEAD', 'abc1234', '-n'])('refuses %s: only a full hash stays what it is', (name) => {
    const checkout = EventsLibCheckout.create()
    expect(checkout.run('pin', name)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('no full commit hash') as string,
    })
  })

  it.each([
    { commit: 'main' },
    { commit: 'abc1234' },
    { tree: ZEROS.slice(1) },
    { repository: 'https://example.org/kitty.git' },
    { repository: 'git+ssh://-oProxyCommand=x/kitty.git' },
    { path: '../elsewhere' },
    { path: '--upload-pack=x' },
  ])('refuses a pin that holds %o', (changes) => {
    const checkout = EventsLibCheckout.create().pinned()
    checkout.setPin(changes)
    const done = checkout.run('verify')
    expect(done.code).toBe(1)
    expect(done.stderr).toContain(`eventsLib.${Object.keys(changes).join('')} is`)
  })

  it('refuses to pin what is in no commit', () => {
    const checkout = EventsLibCheckout.create()
    checkout.library('second')
    expect(checkout.run('pin')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('in no commit yet') as string,
    })
  })
})

describe('verifying the pin', () => {
  it('tells what to run when the library has drifted, whether or not it is committed', () => {
    const checkout = EventsLibCheckout.create().pinned()
    checkout.library('second')
    const uncommitted = checkout.run('verify')
    checkout.commit('drift')
    for (const done of [uncommitted, checkout.run('verify')]) {
      expect(done.code).toBe(1)
      expect(done.stderr).toContain('drifted')
      expect(done.stderr).toContain('npm run events-lib -- pin')
    }
  })

  it('sees a new file that no one has added yet, and no file that is ignored', () => {
    const checkout = EventsLibCheckout.create().pinned()
    checkout.write('packages/events/dist/index.js', 'built')
    expect(checkout.run('verify').code).toBe(0)
    checkout.write('packages/events/src/extra.ts', 'export {}\n')
    expect(checkout.run('verify').code).toBe(1)
  })

  it("leaves the user's index and objects as they are", () => {
    const checkout = EventsLibCheckout.create().pinned()
    checkout.library('second')
    const before = {
      index: statSync(join(checkout.root, '.git/index')).mtimeMs,
      objects: checkout.git('count-objects'),
    }
    checkout.run('verify')
    expect({
      index: statSync(join(checkout.root, '.git/index')).mtimeMs,
      objects: checkout.git('count-objects'),
    }).toEqual(before)
    expect(checkout.git('status', '--porcelain')).toBe(' M packages/events/src/index.ts\n')
  })

  it('tells that the pinned commit was rewritten away', () => {
    const checkout = EventsLibCheckout.create().pinned()
    checkout.setPin({ commit: '1'.repeat(40) })
    const done = checkout.run('verify')
    expect(done.code).toBe(1)
    expect(done.stderr).toContain('is not in this repository')
    expect(done.stderr).toContain('npm run events-lib -- pin')
  })

  it('tells a commit that holds another library than the pin says', () => {
    const checkout = EventsLibCheckout.create().pinned()
    checkout.library('second')
    const other = checkout.commit('second')
    checkout.git('checkout', '--quiet', 'HEAD~1', '--', 'packages/events')
    checkout.setPin({ commit: other })
    expect(checkout.run('verify')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('does not agree with itself') as string,
    })
  })

  it('works in a shallow clone and in a copy without git, and says what it could not check', () => {
    const checkout = EventsLibCheckout.create().pinned()
    checkout.write('README.md', 'words\n')
    checkout.commit('later')
    const shallow = checkout.cloneOf('--depth=1')
    expect(shallow.run('verify')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('this clone is shallow') as string,
    })
    rmSync(join(shallow.root, '.git'), { recursive: true })
    expect(shallow.run('verify')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('no git checkout') as string,
    })
  })
})

describe('resolving the library', () => {
  it('uses the folder where it has the pinned tree', () => {
    const checkout = EventsLibCheckout.create().pinned()
    expect(checkout.run('fetch')).toMatchObject({ code: 0 })
    expect(checkout.installed).toBe('first')
    expect(checkout.isLinked).toBe(true)
    expect(checkout.stamp).toEqual({
      version: '0.1.0',
      commit: checkout.pin['commit'],
      tree: checkout.pin['tree'],
      modified: false,
    })
  })

  it("takes the pinned commit from the repository's own objects where the folder is another", () => {
    const checkout = EventsLibCheckout.create().pinned()
    checkout.library('second')
    checkout.commit('drift')
    const done = checkout.run('install')
    expect(done.code).toBe(0)
    expect(done.stderr).toContain('npm run events-lib -- link')
    expect(checkout.installed).toBe('first')
    expect(checkout.stamp).toMatchObject({ modified: false })
    expect(checkout.git('status', '--porcelain')).toBe('')
  })

  it('follows a pin that was moved', () => {
    const checkout = EventsLibCheckout.create().pinned()
    checkout.library('second')
    checkout.commit('second')
    checkout.run('install')
    checkout.pinned()
    checkout.library('third')
    checkout.run('install')
    expect(checkout.installed).toBe('second')
  })

  it('works on the library in place after link, says that it is modified, and goes back with fetch', () => {
    const checkout = EventsLibCheckout.create().pinned()
    checkout.library('second')
    expect(checkout.run('link').code).toBe(0)
    checkout.run('install')
    expect(checkout.installed).toBe('second')
    expect(checkout.stamp).toMatchObject({ modified: true, commit: checkout.pin['commit'] })
    checkout.run('fetch')
    expect(checkout.installed).toBe('first')
    expect(checkout.stamp).toMatchObject({ modified: false })
  })

  it('installs nothing when the pinned tree is forged', () => {
    const checkout = EventsLibCheckout.create().pinned()
    checkout.setPin({ tree: ZEROS })
    expect(checkout.run('install')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('does not agree with itself') as string,
    })
    expect(checkout.installed).toBeUndefined()
  })
})
