import { spawnSync } from 'node:child_process'
import { chownSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { plainSetting } from '../../../src/core/git/config-file.js'
import { gitUserName } from '../../../src/core/git/user-name.js'
import { IS_WINDOWS } from '../../../src/core/platform/system.js'
import { errorOf } from '../../support/kitty-error.js'
import { tempFolder } from '../../support/temp-folder.js'
import { TempRepository } from '../../support/temp-repository.js'

/** Files that every reader understands alike, with the name in them. */
const PLAIN: readonly [string, string | undefined][] = [
  ['[user]\n\tname = Grace\n\temail = g@example.org\n', 'Grace'],
  ['[user]\n\tname = "Grace; Hopper # 1"\n', 'Grace; Hopper # 1'],
  ['[USER]\nNAME=Grace\n', 'Grace'],
  ['[user]\nname = Grace\n[core]\n\tbare = false\n[user]\n\tname = Ada  \n', 'Ada'],
  ['# [user]\n;\tname = Eve\n[user "x"]\n\tname = Eve\n[users]\n\tname = Eve\n', undefined],
  ['[merge "kitty"]\n\tdriver = "kitty x; s=$?; [user]"\n[user]\n\tname = Grace\n', 'Grace'],
  ['[user]\n\tname = Ærøskøbing 猫 [work] = x\n', 'Ærøskøbing 猫 [work] = x'],
  ['\ufeff[user]\n\tname = Grace\n', 'Grace'],
  ['', undefined],
]

/** Files that it takes git to read. */
const UNCLEAR: readonly string[] = [
  '[user]\n\tname = Grace # of Yale\n',
  '[user]\n\tname = Gr"ac"e\n',
  '[user]\n\tname = "Gr\\tace"\n',
  '[user]\n\tname = Gra\\\nce\n',
  '[user]\r\n\tname = Grace\r\n',
  '[user]\n\tname\n',
  '[user] name = Grace\n',
  '[user]\n\tname = Grace\n[include]\n\tpath = other\n',
  '[includeIf "onbranch:main"]\n\tpath = other\n[user]\n\tname = Grace\n',
  '[extensions]\n\tworktreeConfig = true\n[user]\n\tname = Grace\n',
  '[user]\n\tname = Grace\n[broken\n',
]

/** What git reads in a file of this text; `false` for one that it complains about. */
function asGit(text: string): string | undefined | false {
  const file = join(tempFolder(), 'config')
  writeFileSync(file, text)
  const { status, stdout } = spawnSync('git', ['config', '--file', file, '--get', 'user.name'], {
    encoding: 'utf8',
  })
  return status === 0 ? stdout.replace(/\n$/, '') : status === 1 ? undefined : false
}

describe('a setting in a plain file', () => {
  it.each(PLAIN)('is what git reads: %j', (text, name) => {
    expect(plainSetting(text, 'user.name')).toEqual({ value: name })
    expect(asGit(text)).toBe(name)
  })

  it.each(UNCLEAR)('is left to git where another reader could go wrong: %j', (text) => {
    expect(plainSetting(text, 'user.name')).toBeUndefined()
  })

  it('is what git reads in any file, or is left to git', () => {
    const piece = fc.constantFrom(
      ...['[user]', '[user "x"]', '[User]', '[core]', '[include]', 'name', 'NAME = b', 'name=', 'name = a'],
      ...['name = "a;b"', 'other = 1', ' ', '\t', '=', '"', ';', '#', '\\', ']', '[', 'ä', '\n', '\n', '\n'],
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const text = pieces.join('')
        const found = plainSetting(text, 'user.name')
        if (found !== undefined) expect(asGit(text)).toBe(found.value)
      }),
      { numRuns: 300 },
    )
  })
})

describe('gitUserName', () => {
  const made = (files: Readonly<Record<string, string>>) => {
    const repository = new TempRepository()
    const home = tempFolder()
    for (const [name, text] of Object.entries(files)) {
      const path = name === 'config' ? repository.path('.git', 'config') : join(home, name)
      mkdirSync(dirname(path), { recursive: true })
      writeFileSync(path, text)
    }
    return { repository, home, gitCommonDir: repository.path('.git') }
  }
  /** The name as the files say it: a folder that is missing shows that git was not asked. */
  const unasked = (files: Readonly<Record<string, string>>, more: Readonly<Record<string, string>> = {}) => {
    const { home, gitCommonDir } = made(files)
    return gitUserName({ worktree: join(home, 'missing'), gitCommonDir }, { HOME: home, ...more })
  }
  const named = (name: string): string => `[user]\n\tname = ${name}\n`

  it('reads the name that holds in the checkout', () => {
    const repository = new TempRepository()
    repository.git('config', 'user.name', 'Grace')
    const place = { worktree: repository.root, gitCommonDir: repository.path('.git') }
    expect(gitUserName(place, {})).toBe('Grace')
    expect(gitUserName(place, { GIT_CONFIG_COUNT: '0' })).toBe('Grace')
  })

  it('asks git where a file needs git to read it', () => {
    const { repository, home, gitCommonDir } = made({ config: '[user]\n\tname = "Gr\\"ace" # x\n' })
    expect(gitUserName({ worktree: repository.root, gitCommonDir }, { HOME: home })).toBe('Gr"ace')
  })

  it.skipIf(IS_WINDOWS)('takes the first of git’s files that has it, and starts no git', () => {
    const [repository, own, xdg] = [
      { config: named('A') },
      { '.gitconfig': named('B') },
      { '.config/git/config': named('C') },
    ]
    expect(unasked({ ...repository, ...own, ...xdg })).toBe('A')
    expect(unasked({ config: '', ...own, ...xdg })).toBe('B')
    expect(unasked({ config: '', ...xdg })).toBe('C')
    expect(unasked({ config: '', ...own }, { XDG_CONFIG_HOME: '/missing' })).toBe('B')
  })

  it.each<[string, Readonly<Record<string, string>>, Readonly<Record<string, string>>]>([
    ['no file has it, since the system’s may', { config: '' }, {}],
    [
      'a file before the one that has it is unclear',
      { config: '[include]\n\tpath = x\n', '.gitconfig': named('B') },
      {},
    ],
    [
      'the environment adds to git’s configuration',
      { config: named('A') },
      { GIT_CONFIG_PARAMETERS: "'user.name=B'" },
    ],
    ['the environment names another repository', { config: named('A') }, { GIT_DIR: '/elsewhere' }],
    ['a file has an empty name', { config: '[user]\n\tname = ""\n' }, {}],
  ])('asks git where %s, and refuses if git cannot be asked', (_, files, env) => {
    expect(errorOf(() => unasked(files, env)).kind).toBe('GitFailure')
  })

  it('asks git where a file cannot be read', () => {
    const { home, gitCommonDir } = made({ config: named('A') })
    rmSync(join(gitCommonDir, 'config'))
    mkdirSync(join(gitCommonDir, 'config'))
    const place = { worktree: join(home, 'missing'), gitCommonDir }
    expect(errorOf(() => gitUserName(place, { HOME: home })).kind).toBe('GitFailure')
  })

  it.skipIf(process.getuid?.() !== 0)('asks git about the repository of another user', () => {
    const { home, gitCommonDir } = made({ config: named('A') })
    chownSync(gitCommonDir, 65_534, 65_534)
    const place = { worktree: join(home, 'missing'), gitCommonDir }
    expect(errorOf(() => gitUserName(place, { HOME: home })).kind).toBe('GitFailure')
  })

  it('refuses where git cannot be asked, since the system’s user would be someone else in the log', () => {
    const missing = join(tempFolder(), 'missing')
    expect(errorOf(() => gitUserName({ worktree: missing, gitCommonDir: missing }, {})).kind).toBe(
      'GitFailure',
    )
  })
})
