import {
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
  chmodSync,
} from 'node:fs'
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import {
  assertReachable,
  LIMITS,
  listInside,
  lookInside,
  makeFolderInside,
  putInside,
  readInside,
  readOwn,
} from '../../../src/core/files/work-tree.js'
import { errorOf } from '../../support/kitty-error.js'
import { tempFolder } from '../../support/temp-folder.js'

interface Place {
  readonly root: string
  /** A folder outside, with a file `secret` in it. */
  readonly outside: string
}

function place(): Place {
  const [root, outside] = [tempFolder(), tempFolder()]
  mkdirSync(join(root, 'specs', 'one'), { recursive: true })
  writeFileSync(join(root, 'specs', 'one', 'WP01.md'), 'text')
  writeFileSync(join(outside, 'secret'), 'untouched')
  return { root, outside }
}

/** Each way to lead a path below `specs` out of the root. */
const LINKS: Readonly<Record<string, (place: Place) => string>> = {
  'a link in place of the file': ({ root, outside }) => {
    symlinkSync(join(outside, 'secret'), join(root, 'specs', 'one', 'WP02.md'))
    return join(root, 'specs', 'one', 'WP02.md')
  },
  'a link in place of its folder': ({ root, outside }) => {
    symlinkSync(outside, join(root, 'specs', 'two'))
    return join(root, 'specs', 'two', 'secret')
  },
  'a link above its folder': ({ root, outside }) => {
    mkdirSync(join(outside, 'deep'))
    writeFileSync(join(outside, 'deep', 'secret'), 'untouched')
    symlinkSync(outside, join(root, 'linked'))
    return join(root, 'linked', 'deep', 'secret')
  },
  'a link that stays inside': ({ root }) => {
    symlinkSync('one', join(root, 'specs', 'three'))
    return join(root, 'specs', 'three', 'WP01.md')
  },
  'a link that leads nowhere yet': ({ root, outside }) => {
    symlinkSync(join(outside, 'new'), join(root, 'specs', 'one', 'WP04.md'))
    return join(root, 'specs', 'one', 'WP04.md')
  },
}

describe('the gate to the work tree', () => {
  it.each(Object.entries(LINKS))('neither reads nor writes through %s', (_, make) => {
    const there = place()
    const path = make(there)

    expect(readInside(there.root, path, 1024)).toMatchObject({ ok: false, missing: false })
    expect(errorOf(() => putInside(there.root, path, Buffer.from('new')))).toMatchObject({
      kind: 'UnsafeSetup',
    })
    expect(errorOf(() => readOwn(there.root, path, 1024))).toMatchObject({ kind: 'UnsafeSetup' })
    expect(readFileSync(join(there.outside, 'secret'), 'utf8')).toBe('untouched')
    expect(existsSync(join(there.outside, 'new'))).toBe(false)
  })

  it('lists and makes no folder through a link', () => {
    const { root, outside } = place()
    symlinkSync(outside, join(root, 'linked'))

    expect(listInside(root, join(root, 'linked'))).toEqual([])
    expect(errorOf(() => makeFolderInside(root, join(root, 'linked', 'made')))).toMatchObject({
      kind: 'UnsafeSetup',
    })
    expect(existsSync(join(outside, 'made'))).toBe(false)
  })

  it.each(['..', '.', '../other', '.git/config', '.GIT/hooks/x', 'specs/../../x'])(
    'refuses %s as a place for a file',
    (path) => {
      const { root } = place()
      expect(errorOf(() => lookInside(root, join(root, path)))).toMatchObject({ kind: 'UnsafeSetup' })
    },
  )

  it('names the component that is in the way, and lets a missing path pass', () => {
    const { root, outside } = place()
    symlinkSync(outside, join(root, 'linked'))
    const error = errorOf(() => assertReachable(root, join(root, 'linked', 'deep', 'x')))

    expect(error.message).toContain(`${join(root, 'linked')} is a symbolic link`)
    expect(() => assertReachable(root, join(root, 'nothing', 'here'))).not.toThrow()
  })

  it.skipIf(process.platform === 'win32')('opens neither a FIFO nor a device', () => {
    const { root } = place()
    execFileSync('mkfifo', [join(root, 'fifo')])
    symlinkSync('/dev/zero', join(root, 'zero'))

    for (const name of ['fifo', 'zero']) {
      expect(readInside(root, join(root, name), 10)).toMatchObject({ ok: false })
      expect(errorOf(() => readOwn(root, join(root, name), 10))).toMatchObject({ kind: 'UnsafeSetup' })
    }
  })

  it('reads nothing beyond its limit', () => {
    const { root } = place()
    writeFileSync(join(root, 'big'), '')
    truncateSync(join(root, 'big'), LIMITS.config + 1)

    expect(readInside(root, join(root, 'big'), LIMITS.config)).toMatchObject({ ok: false, tooLarge: true })
  })

  it.skipIf(process.platform === 'win32').each([
    [0o000, 0o644],
    [0o022, 0o644],
    [0o077, 0o600],
  ])('gives a new file 0644 less a umask of %o, and an old one the mode it had', (mask, mode) => {
    const { root } = place()
    const [fresh, old] = [join(root, 'specs', 'fresh'), join(root, 'specs', 'one', 'WP01.md')]
    chmodSync(old, 0o664)
    const before = process.umask(mask)
    try {
      putInside(root, fresh, Buffer.from('a'))
      putInside(root, old, Buffer.from('b'))
    } finally {
      process.umask(before)
    }

    expect(lstatSync(fresh).mode & 0o777).toBe(mode)
    expect(lstatSync(old).mode & 0o777).toBe(0o664)
  })
})
