import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { settingsIn } from '../../../src/core/git/config-file.js'
import { TempRepository } from '../../support/temp-repository.js'

describe('settingsIn', () => {
  it.each([
    'plain',
    'with # and ; in it',
    'a "quoted" \\ word',
    ' spaces around ',
    'tab\tand\nnewline',
    'kitty agent specs merge-driver %O %A %B; git merge-file --marker-size=%L -L ours %A %O %B',
  ])('reads what git has written: %j', (value) => {
    const repository = new TempRepository()
    repository.git('config', '--local', 'merge.kitty-x.driver', value)
    repository.git('config', '--local', 'a.B', 'other')
    const text = readFileSync(join(repository.root, '.git', 'config'), 'utf8')
    const settings = settingsIn(text)
    expect(settings.get('merge.kitty-x.driver')).toBe(value.trim())
    expect(settings.get('a.b')).toBe('other')
    expect(settings.get('core.bare')).toBe('false')
  })

  it('takes the last of a name, and passes over comments', () => {
    const text = '[a]\n\tb = 1 # one\n# b = 3\n[a "C d"] e=x\n[a]\nb = 2\n'
    expect([...settingsIn(text)]).toEqual([
      ['a.b', '2'],
      ['a.C d.e', 'x'],
    ])
  })
})
