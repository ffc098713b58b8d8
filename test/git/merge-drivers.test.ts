import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { ATTRIBUTES } from '../../src/core/services/initialize.js'
import { areMergeDriversRegistered, registerMergeDrivers } from '../../src/core/git/merge-driver-config.js'
import { noteLine } from '../support/events.js'
import { Clone, idIn } from './support/clone.js'
import { diverged, mergeUnderHostileName, pathWithBroken } from './support/driver-cases.js'
import { tempFolder } from '../support/temp-folder.js'
import { pathWithKitty } from './support/kitty-shim.js'

const PROGRAM = fileURLToPath(new URL('../../bin/run.js', import.meta.url))
const path = pathWithKitty()

describe('the log’s merge driver', () => {
  it('merges without a conflict, in total order', async () => {
    const { clone, ids } = await diverged(path)
    clone.git('merge', '--quiet', '--no-edit', 'theirs')
    expect(clone.committedLines().map(idIn)).toEqual(ids)
  })

  it.each([
    ['is not there', 'exit 127'],
    ['cannot read or write', 'exit 3'],
    ['is killed', 'kill -9 $$'],
  ])('leaves it to git’s union where kitty %s: both sides are in HEAD', async (_, line) => {
    const { clone, ids } = await diverged(pathWithBroken(line))
    clone.git('merge', '--quiet', '--no-edit', 'theirs')
    expect(clone.committedLines().map(idIn).sort()).toEqual([...ids].sort())
    expect(await clone.ids()).toEqual(ids)
  })

  it('works where there is no .kittify and no repository, writes nothing else, and takes an empty base', () => {
    const folder = tempFolder()
    const versions: [string, string][] = [
      ['base', ''],
      ['ours', noteLine(2)],
      ['theirs', noteLine(1) + noteLine(2)],
    ]
    for (const [name, text] of versions) writeFileSync(join(folder, name), text)
    const args = [PROGRAM, 'agent', 'events', 'merge-driver', 'base', 'ours', 'theirs']
    expect(execFileSync(process.execPath, args, { cwd: folder, encoding: 'utf8' })).toBe('')
    expect(readFileSync(join(folder, 'ours'), 'utf8')).toBe(noteLine(1) + noteLine(2))
    expect(readdirSync(folder).sort()).toEqual(['base', 'ours', 'theirs'])
  })

  it('does not run what a file’s name says', async () => {
    const { clone, file } = mergeUnderHostileName(path)
    expect(readFileSync(file, 'utf8')).toBe(noteLine(1) + noteLine(2) + noteLine(3))
    expect(existsSync(join(clone.root, 'PWNED'))).toBe(false)
  })

  it.each([
    ['a file of the project’s', 'package.json', (side: string) => `{ "name": "${side}" }\n`],
    ['text with the name of a log elsewhere', 'logs/2026-01-01.jsonl', (side: string) => `${side}\n`],
    [
      'a file in the log’s folder that is no log',
      '.kittify/events/notes.jsonl',
      (side: string) => `${side}\n`,
    ],
  ])('leaves %s to git, with its conflict', (_, name, content) => {
    const clone = Clone.create(tempFolder(), '* merge=kitty-events', { path })
    registerMergeDrivers(clone.root)
    const put = (side: string): void => {
      clone.write(name, content(side))
      clone.commit()
    }
    put('base')
    clone.git('switch', '--quiet', '--create', 'theirs')
    put('theirs')
    clone.git('switch', '--quiet', 'main')
    put('ours')
    expect(clone.tryGit('merge', '--quiet', '--no-edit', 'theirs').code).toBe(1)
    const text = readFileSync(join(clone.root, name), 'utf8')
    expect(text).toMatch(/^<{7} ours/m)
    expect(text).toContain(content('theirs'))
  })

  it.each([
    ['refuses', 'exit 2'],
    ['says that a conflict is left', 'exit 1'],
  ])('makes no union of the log where kitty %s: git has a conflict', async (_, line) => {
    const { clone, ids } = await diverged(pathWithBroken(line))
    expect(clone.tryGit('merge', '--quiet', '--no-edit', 'theirs').code).toBe(1)
    expect(clone.git('ls-files', '--unmerged')).not.toBe('')
    if (line === 'exit 2') expect(await clone.ids()).toEqual(ids)
  })

  it('counts a driver line of another version as missing', async () => {
    const { clone } = await diverged(path)
    const [name, old] = ['merge.kitty-events.driver', 'kitty agent events merge-driver %O %A %B || true']
    clone.git('config', name, old)
    expect(areMergeDriversRegistered(clone.root)).toBe(false)
    registerMergeDrivers(clone.root)
    expect(areMergeDriversRegistered(clone.root)).toBe(true)
  })

  it('is not asked in an octopus: git refuses, and nothing has changed', async () => {
    const { clone } = await diverged(path)
    clone.git('switch', '--quiet', '--create', 'third', 'main~1')
    await clone.emit(1)
    clone.commit()
    clone.git('switch', '--quiet', 'main')
    const before = [clone.head(), clone.rawLines().join()]
    expect(clone.tryGit('merge', '--no-edit', 'theirs', 'third').code).not.toBe(0)
    expect([clone.head(), clone.rawLines().join()]).toEqual(before)
  })
})

const WORK_PACKAGE = `---
work_package_id: WP01
title: Login
lane: planned
---
# Login

First line.

Middle.

Last line.
`

describe('the work-package driver', () => {
  async function mergedFile(
    ours: (text: string) => string,
    theirs: (text: string) => string,
    pathToKitty = path,
  ) {
    const clone = Clone.create(tempFolder(), ATTRIBUTES.join('\n'), { path: pathToKitty })
    registerMergeDrivers(clone.root)
    const file = 'kitty-specs/001-login/tasks/WP01-login.md'
    const put = (change: (text: string) => string): void => {
      clone.write(file, change(WORK_PACKAGE))
      clone.commit()
    }
    put((text) => text)
    clone.git('switch', '--quiet', '--create', 'theirs')
    put(theirs)
    clone.git('switch', '--quiet', 'main')
    put(ours)
    const { code } = clone.tryGit('merge', '--quiet', '--no-edit', 'theirs')
    return { code, text: readFileSync(join(clone.root, file), 'utf8') }
  }

  const lane = (name: string) => (text: string) => text.replace('lane: planned', `lane: ${name}`)

  it('lets two branches that both moved the package merge: the lane furthest along counts, whose side it is not', async () => {
    for (const [ours, theirs] of [
      ['doing', 'for_review'],
      ['for_review', 'doing'],
    ] as const)
      expect(await mergedFile(lane(ours), lane(theirs))).toEqual({
        code: 0,
        text: lane('for_review')(WORK_PACKAGE),
      })
  })

  it('keeps what else the two did, and the one side’s move next to the other’s edit', async () => {
    const merged = await mergedFile(
      (text) => lane('doing')(text).replace('First line.', 'First line, ours.'),
      (text) => lane('done')(text).replace('Last line.', 'Last line, theirs.'),
    )
    const expected = lane('done')(WORK_PACKAGE)
      .replace('First line.', 'First line, ours.')
      .replace('Last line.', 'Last line, theirs.')
    expect(merged).toEqual({ code: 0, text: expected })
    const retitled = (text: string): string => text.replace('title: Login', 'title: Sign in')
    expect(await mergedFile(lane('doing'), retitled)).toEqual({
      code: 0,
      text: retitled(lane('doing')(WORK_PACKAGE)),
    })
  })

  it('passes a true conflict on, with markers around it alone', async () => {
    const { code, text } = await mergedFile(
      (was) => lane('doing')(was).replace('Middle.', 'Ours.'),
      (was) => lane('done')(was).replace('Middle.', 'Theirs.'),
    )
    expect(code).toBe(1)
    expect(text).toContain('lane: done\n')
    expect(text).toContain('<<<<<<< ours\nOurs.\n')
  })

  it('without kitty is git’s own merge', async () => {
    const edit = (text: string): string => text.replace('Last line.', 'Last line, theirs.')
    expect(await mergedFile(lane('doing'), edit, pathWithBroken('exit 127'))).toEqual({
      code: 0,
      text: edit(lane('doing')(WORK_PACKAGE)),
    })
    expect((await mergedFile(lane('doing'), lane('done'), pathWithBroken('exit 127'))).code).toBe(1)
  })
})

describe('kitty init', () => {
  function init(folder: string, ...flags: string[]): { created: string[] } {
    const output = execFileSync(process.execPath, [PROGRAM, 'init', '--json', ...flags], {
      cwd: folder,
      encoding: 'utf8',
    })
    return JSON.parse(output) as { created: string[] }
  }

  it('registers both drivers, in a clone too, where the attributes are there already', () => {
    const clone = Clone.create(tempFolder(), ATTRIBUTES.join('\n'))
    expect(init(clone.root).created.filter((name) => name.includes('driver'))).toHaveLength(2)
    expect(clone.git('config', 'merge.kitty-events.driver')).toContain('%P')
    expect(clone.git('check-attr', 'merge', 'kitty-specs/001-a/tasks/WP01.md')).toContain(
      'kitty-work-package',
    )
    expect(init(clone.root)).toMatchObject({ created: [] })
  })

  it('--per-writer adds its setting to those that are there', () => {
    const clone = Clone.create(tempFolder(), '')
    mkdirSync(join(clone.root, '.kittify'), { recursive: true })
    expect(init(clone.root, '--per-writer').created).toContain('.kittify/config.json')
    const config = join(clone.root, '.kittify', 'config.json')
    expect(JSON.parse(readFileSync(config, 'utf8'))).toEqual({ log: { files: 'per-writer' } })
    expect(init(clone.root, '--per-writer').created).toEqual([])
  })
})
