import { chmodSync, chownSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { installedPlugins } from '../../../src/core/plugin/host/installed-plugins.js'
import { replacedCommands } from '../../../src/core/plugin/host/replaced-commands.js'
import { assertTrustedFolder } from '../../../src/core/plugin/host/trusted-folder.js'
import { errorOf } from '../../support/kitty-error.js'
import { POSIX } from '../../support/posix.js'
import { tempFolder } from '../../support/temp-folder.js'

/** A data folder that lists a plugin. */
function dataFolder(folder = tempFolder()): string {
  const oclif = { plugins: [{ name: 'kitty-plugin-x', type: 'user' }] }
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ oclif }))
  return folder
}

const refusal = (folder: string, cwd: string) => errorOf(() => assertTrustedFolder(folder, cwd))

describe('the folder that plugins are loaded from', () => {
  it('is this user’s own', () => {
    expect(installedPlugins(dataFolder())).toMatchObject([{ name: 'kitty-plugin-x' }])
  })

  it('is not a relative path', () => {
    expect(refusal('.local/share/kitty', tempFolder())).toMatchObject({ kind: 'UnsafeSetup', exitCode: 5 })
  })

  it('is not inside the work tree, directly or through a link', () => {
    const [tree, links] = [tempFolder(), tempFolder()]
    mkdirSync(join(tree, '.git'))
    mkdirSync(join(tree, 'src'))
    const folder = dataFolder(join(tree, '.local', 'share', 'kitty'))
    symlinkSync(folder, join(links, 'kitty'))
    for (const path of [folder, join(links, 'kitty')])
      expect(refusal(path, join(tree, 'src')).message).toContain(`inside the work tree ${tree}`)
  })

  it.runIf(POSIX).each(['.', 'package.json'])('is refused where others can write to %s', (name) => {
    const folder = dataFolder()
    chmodSync(join(folder, name), 0o777)
    expect(errorOf(() => installedPlugins(folder))).toMatchObject({ kind: 'UnsafeSetup' })
  })

  it.runIf(POSIX && process.getuid?.() === 0)('is refused where it is another user’s', () => {
    const folder = dataFolder()
    chownSync(folder, 65534, 65534)
    expect(refusal(folder, '/').message).toContain('belongs to the user with the ID 65534')
  })
})

describe('the commands that a plugin would replace', () => {
  const command = (id: string, args: object = {}) => ({ id, args, aliases: [], hiddenAliases: [] })
  const replaced = (id: string): string[] =>
    // Casts: only these four keys of a command are looked at.
    replacedCommands(
      { commands: [command(id)] as never },
      { commands: [command('agent:tasks:move-task', { wp: {} }), command('status')] as never },
    )

  it.each([
    ['agent:tasks:move-task', ['agent tasks move-task']],
    ['agent:tasks:move-task:WP01', ['agent tasks move-task WP01']],
    ['agent:tasks:move-task:WP01:deep', ['agent tasks move-task WP01 deep']],
    ['status', ['status']],
    ['status:burndown', []],
    ['agent:tasks:move-tasks', []],
  ])('are found for %s', (id, found) => {
    expect(replaced(id)).toEqual(found)
  })
})
