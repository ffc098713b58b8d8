import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { removeOld } from '../../../src/core/services/renumber/remove-old.js'
import { tempFolder } from '../../support/temp-folder.js'

const stated = (id: string, text: string): string =>
  `---\nwork_package_id: ${id}\ntitle: Login\n---\n\n${text}\n`

describe('the file of a package that has another number now', () => {
  let root: string
  let from: string
  let to: string
  const remove = (): void => {
    removeOld(root, from, { to, id: 'WP04', bytes: Buffer.from(stated('WP04', 'as read')) })
  }

  beforeEach(() => {
    root = tempFolder()
    const folder = join(root, 'kitty-specs', '001-login', 'tasks')
    mkdirSync(folder, { recursive: true })
    from = join(folder, 'WP03-login.md')
    to = join(folder, 'WP04-login.md')
    writeFileSync(from, stated('WP03', 'as read'))
    writeFileSync(to, stated('WP04', 'as read'))
  })

  it('goes', () => {
    remove()
    expect([existsSync(from), readFileSync(to, 'utf8')]).toEqual([false, stated('WP04', 'as read')])
  })

  it('goes with what has been saved in it since', () => {
    writeFileSync(from, stated('WP03', 'as saved'))
    remove()
    expect([existsSync(from), readFileSync(to, 'utf8')]).toEqual([false, stated('WP04', 'as saved')])
  })

  it('may have gone before', () => {
    rmSync(from)
    remove()
    expect(readFileSync(to, 'utf8')).toBe(stated('WP04', 'as read'))
  })

  it.each([
    [
      'is a link now',
      () => {
        symlinkSync(to, from)
      },
    ],
    [
      'is a folder now',
      () => {
        mkdirSync(from)
      },
    ],
    [
      'is too large now',
      () => {
        writeFileSync(from, 'x'.repeat(20_000_000))
      },
    ],
  ])('stays when it %s, and the message says where the package is', (_, change) => {
    rmSync(from)
    change()
    expect(remove).toThrow(`The package is WP04 now, in ${to}, and the old file is still there.`)
    expect([existsSync(from), readFileSync(to, 'utf8')]).toEqual([true, stated('WP04', 'as read')])
  })
})
