import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { loggedEvents } from '../support/log-files.js'
import { preparedRepository } from '../support/prepared-repository.js'
import { tempFolder } from '../support/temp-folder.js'
import { windowsPath } from './support/machine.js'
import { HAS_WINDOWS, IS_WHOLE, windowsKitty, windowsNode } from './support/windows.js'

/** Holds each file below two folders in turn, as a virus scanner or an indexer does, until told to stop. */
const READER = `
import { closeSync, existsSync, openSync, readdirSync, writeFileSync } from 'node:fs'
const [stop, report, ...folders] = process.argv.slice(2)
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms))
let held = 0
while (!existsSync(stop)) {
  for (const folder of folders) {
    for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue
      try {
        const descriptor = openSync(entry.parentPath + '\\\\' + entry.name, 'r')
        held++
        await pause(30)
        closeSync(descriptor)
      } catch (error) {
        if (error.code !== 'ENOENT') throw error
      }
    }
  }
  writeFileSync(report, String(held))
}
`

describe.skipIf(!HAS_WINDOWS)('on Windows, a reader that holds each file in turn', () => {
  it('makes no write fail, and loses nothing', async () => {
    const { root: cwd } = await preparedRepository()
    const outside = tempFolder()
    const [stop, report, script] = ['stop', 'report', 'reader.mjs'].map((name) => join(outside, name))
    if (stop === undefined || report === undefined || script === undefined) throw new Error('three names')
    writeFileSync(script, READER)
    const folders = ['.git/kitty', '.kittify', 'kitty-specs'].map((name) => windowsPath(join(cwd, name)))
    const reader = windowsNode({ cwd: outside }, script, windowsPath(stop), windowsPath(report), ...folders)
    const before = loggedEvents(cwd).length
    const lanes = IS_WHOLE ? ['doing', 'for_review', 'doing', 'for_review', 'done'] : ['doing', 'for_review']
    try {
      while (!existsSync(report)) await new Promise((resolve) => setTimeout(resolve, 50))
      for (const lane of lanes) {
        const done = await windowsKitty({ cwd }, 'move', 'WP01', lane)
        expect([lane, done.code, done.code === 0 ? '' : done.stderr]).toEqual([lane, 0, ''])
      }
      // One that changes many files: the package's file, the log, the journal and the clock.
      const noted = await windowsKitty({ cwd }, 'note', 'WP02', 'while files are held')
      expect([noted.code, noted.code === 0 ? '' : noted.stderr]).toEqual([0, ''])
    } finally {
      writeFileSync(stop, '')
    }
    const ended = await reader

    expect([ended.code, ended.stderr]).toEqual([0, ''])
    expect(Number(readFileSync(report, 'utf8'))).toBeGreaterThan(5)
    const written = loggedEvents(cwd).slice(before)
    expect(written.map(({ payload }) => payload['new_status'] ?? payload['text'])).toEqual([
      ...lanes,
      'while files are held',
    ])
    const file = readFileSync(join(cwd, 'kitty-specs/001-login/tasks/WP01-part.md'), 'utf8')
    expect(file).toMatch(new RegExp(`^lane: "?${String(lanes.at(-1))}`, 'm'))
  })
})
