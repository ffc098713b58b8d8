import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { installSource } from '../../../src/core/plugin/host/install-source.js'
import { originOf } from '../../../src/core/plugin/host/plugin-installation.js'
import { rejectionOf } from '../../support/kitty-error.js'
import { tempFolder } from '../../support/temp-folder.js'

const refusal = (text: string, cwd = tempFolder()) => rejectionOf(installSource(text, cwd, tempFolder()))

describe('what npm is asked to install', () => {
  it.each(['--global', '-g', '--prefix=/', '', ' '])('is never an option, nor nothing: %j', async (text) => {
    expect(await refusal(text)).toMatchObject({
      kind: 'UsageError',
      message: `${JSON.stringify(text)} is no name of a plugin.`,
    })
  })

  it.each([
    'kitty-plugin-x',
    '@someone/kitty-plugin-x@2',
    'git+ssh://git@github.com/someone/x.git',
    'https://example.com/kitty-plugin-x-1.0.0.tgz',
  ])('is a name or an address as it was typed: %s', async (text) => {
    expect(await installSource(text, tempFolder(), tempFolder())).toBe(text)
  })

  it('is a copy of a tarball, which stays when the original goes', async () => {
    const [cwd, data] = [tempFolder(), tempFolder()]
    writeFileSync(join(cwd, 'x-1.0.0.tgz'), 'packed')
    const source = await installSource('./x-1.0.0.tgz', cwd, data)
    expect(source).toMatch(/\/tarballs\/[0-9a-f]{12}-x-1\.0\.0\.tgz$/)
    expect(readFileSync(new URL(source), 'utf8')).toBe('packed')
    // An update gives what an installation has kept.
    expect(await installSource(source, cwd, data)).toBe(source)
  })

  it("is not another plugin's tarball of the same name", async () => {
    const [cwd, data] = [tempFolder(), tempFolder()]
    const sources = []
    for (const content of ['one', 'two']) {
      writeFileSync(join(cwd, 'plugin.tgz'), content)
      sources.push(await installSource('./plugin.tgz', cwd, data))
    }
    expect(sources.map((source) => readFileSync(new URL(source), 'utf8'))).toEqual(['one', 'two'])
  })

  it('is no other file, and no folder that is named like a tarball is taken for one', async () => {
    const [cwd, data] = [tempFolder(), tempFolder()]
    writeFileSync(join(cwd, 'package.json'), '{}')
    const { kind, message } = await rejectionOf(installSource('./package.json', cwd, data))
    expect([kind, message]).toEqual([
      'UsageError',
      `${join(cwd, 'package.json')} is neither a folder nor a tarball (.tgz).`,
    ])
    expect(existsSync(join(data, 'tarballs'))).toBe(false)
    mkdirSync(join(cwd, 'folder.tgz'))
    expect((await refusal('./folder.tgz', cwd)).message).toContain('folder.tgz cannot be packed')
  })

  it.each(['file://elsewhere/plugin', 'file://%zz'])('is no address of another machine: %s', async (text) => {
    expect(await refusal(text)).toMatchObject({
      kind: 'UsageError',
      message: `${JSON.stringify(text)} is no address of a file on this machine.`,
    })
  })
})

describe('what an update installs again', () => {
  it.each([
    ['kitty-plugin-x', { tag: 'latest' }],
    ['kitty-plugin-x@^2', { tag: '^2' }],
    ['someone/kitty-plugin-x', { url: 'someone/kitty-plugin-x' }],
    ['someone/kitty-plugin-x#main', { url: 'someone/kitty-plugin-x#main' }],
    ['git+ssh://git@github.com/someone/x.git', { url: 'git+ssh://git@github.com/someone/x.git' }],
    ['kitty-plugin-x@npm:other@1', { url: 'kitty-plugin-x@npm:other@1' }],
  ])('is what was asked for, not another package of the same name: %s', (source, origin) => {
    expect(originOf('kitty-plugin-x', source)).toEqual({ name: 'kitty-plugin-x', type: 'user', ...origin })
  })
})
