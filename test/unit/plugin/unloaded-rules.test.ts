import 'reflect-metadata'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createContainer } from '../../../src/core/di/container.js'
import { loadExtensions } from '../../../src/core/plugin/host/load-extensions.js'
import { TemporaryWorkspace } from '../../../src/core/plugin/testing/temporary-workspace.js'
import { MoveTask } from '../../../src/core/services/moves/move-task.js'
import { EventStore } from '../../../src/core/store/event-store.js'
import { PluginHome, WITH_DEFINITION } from '../../support/plugin-home.js'
import { BY_ADA, testSession } from '../../support/session.js'

describe('a move while an installed plugin cannot be loaded', () => {
  let workspace: TemporaryWorkspace
  beforeEach(async () => {
    workspace = await TemporaryWorkspace.create()
    await workspace.feature('001-x', { WP01: {} })
  })
  afterEach(() => workspace.dispose())

  async function move(home: PluginHome, force?: { readonly reason: string }): Promise<void> {
    const container = createContainer(testSession({ cwd: workspace.root }), await loadExtensions(home.folder))
    const service = await container.resolve(MoveTask)
    try {
      await service.move({
        feature: '001-x',
        workPackage: 'WP01',
        to: 'doing',
        force: force !== undefined,
        ...force,
        provenance: BY_ADA,
      })
    } finally {
      await (await container.resolve(EventStore)).close()
    }
  }

  it.each([
    ['throws', { 'plugin.js': 'throw new Error("gone")' }, WITH_DEFINITION],
    ['was made for another plugin API', {}, { kitty: { api: 99, plugin: './plugin.js' } }],
    ['has lost its definition', {}, WITH_DEFINITION],
  ])('is refused when the plugin %s: its rules are unknown', async (_, files, manifest) => {
    const home = new PluginHome()
    home.add('kitty-plugin-rules', files, manifest)
    await expect(move(home)).rejects.toMatchObject({
      kind: 'StateTransitionError',
      message: expect.stringMatching(
        /kitty-plugin-rules could not be loaded.*repair or uninstall the plugin/,
      ) as string,
    })
    expect((await (await workspace.store).workPackage('001-x', 'WP01'))?.lane).toBe('planned')
  })

  it.each([
    ['a list', '[]'],
    ['without a name', '{"version": "1.0.0"}'],
  ])('is refused when the package.json of a plugin is %s', async (_, content) => {
    const home = new PluginHome()
    home.add('kitty-plugin-rules', {}, WITH_DEFINITION)
    writeFileSync(join(home.folder, 'node_modules', 'kitty-plugin-rules', 'package.json'), content)
    await expect(move(home)).rejects.toMatchObject({ kind: 'StateTransitionError' })
  })

  it.each([
    ['no JSON', '{'],
    ['no object', 'null'],
    ['without a list', '{"oclif": {"plugins": {}}}'],
  ])('is refused when the list of plugins is %s: there may be one with rules', async (_, content) => {
    const home = new PluginHome()
    const path = join(home.folder, 'package.json')
    writeFileSync(path, content)
    await expect(move(home)).rejects.toMatchObject({
      kind: 'StateTransitionError',
      message: expect.stringContaining(`The list of plugins, ${path}, cannot be read.`) as string,
    })
    await move(home, { reason: 'the list is being repaired' })
  })

  it.each([
    ['of another type', '{"name": "kitty-plugin-rules", "type": "odd"}'],
    ['without a folder', '{"name": "kitty-plugin-rules", "type": "link"}'],
    ['with a name that is no package’s', '{"name": "../rules", "type": "user"}'],
    ['that is no object', '"kitty-plugin-rules"'],
  ])('is refused when the list of plugins has an entry %s', async (_, entry) => {
    const home = new PluginHome()
    const path = join(home.folder, 'package.json')
    writeFileSync(path, `{"oclif": {"plugins": [${entry}]}}`)
    await expect(move(home)).rejects.toMatchObject({
      kind: 'StateTransitionError',
      message: expect.stringContaining(`${path}, has 1 entry that this kitty does not know.`) as string,
    })
  })

  it('is possible when npm alone wrote the file that has the list', async () => {
    const home = new PluginHome()
    writeFileSync(join(home.folder, 'package.json'), '{"dependencies": {}}')
    await move(home)
  })

  it('is possible with force, which the event records', async () => {
    const home = new PluginHome()
    home.add('kitty-plugin-rules', { 'plugin.js': 'throw new Error("gone")' }, WITH_DEFINITION)
    await move(home, { reason: 'the plugin is being repaired' })
    const [last] = (await (await workspace.store).read()).slice(-1)
    expect(last?.payload).toMatchObject({ new_status: 'doing', force: true })
  })

  it('is possible when the plugin has only commands, which hold no rules', async () => {
    const home = new PluginHome()
    home.add('kitty-plugin-commands', { 'commands/one.js': 'this no JavaScript' })
    await move(home)
  })
})
