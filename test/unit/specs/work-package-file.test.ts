import { mkdtempSync, rmSync, symlinkSync, writeFileSync, mkdirSync } from 'node:fs'
import { execFileSync } from 'node:child_process'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readWorkPackageFile } from '../../../src/core/specs/work-package-file.js'
import { spellWorkPackageId, workPackageIdOfFile } from '../../../src/core/specs/work-package-id.js'
import { sharedSpecsDir, sharedWorkPackageFiles } from './shared-specs.js'
import { POSIX } from '../../support/posix.js'

const specsDir = sharedSpecsDir()
let dir: string
beforeEach(() => void (dir = mkdtempSync(join(tmpdir(), 'kitty-wp-'))))
afterEach(() => rmSync(dir, { recursive: true }))

async function read(text: string | Buffer, name = 'WP01-a.md') {
  writeFileSync(join(dir, name), text)
  const file = await readWorkPackageFile(join(dir, name))
  return file.ok ? file.workPackage : file.reason
}

describe('reading a work package', () => {
  it('gives what the front matter states, both styles of list alike', async () => {
    const flow = await read(
      '---\nwork_package_id: "WP01"\ntitle: A title\nlane: "doing"\ndependencies: ["WP2", wp03]\nsubtasks: [T001, {id: T002}]\n---\n',
    )
    const block = await read(
      "---\r\nwork_package_id: WP01\r\ntitle: A title\r\nlane: doing\r\ndependencies:\r\n- 'WP02'\r\n- WP03\r\n- WP03\r\nsubtasks:\r\n  - T001\r\n  - id: T002\r\n    title: x\r\n---\r\n",
    )
    expect(flow).toEqual({
      work_package_id: 'WP01',
      title: 'A title',
      lane: 'doing',
      dependencies: ['WP02', 'WP03'],
      subtasks: ['T001', 'T002'],
      file: join(dir, 'WP01-a.md'),
    })
    expect(block).toEqual(flow)
  })

  it.each(['dependencies:', 'dependencies: null', 'dependencies: []', 'x: 1'])(
    'takes "%s" as none',
    async (line) => {
      expect(await read(`---\n${line}\n---\n`)).toMatchObject({ dependencies: [], subtasks: [] })
    },
  )

  it('takes the id from the name and the title from the first heading when there is no front matter', async () => {
    expect(await read('\n# Work Package Prompt: WP07 – Do the thing\n', 'wp7-x.md')).toMatchObject({
      work_package_id: 'WP07',
      title: 'Do the thing',
    })
    expect(await read('no heading', 'WP08.md')).toMatchObject({ title: 'WP08' })
  })

  it.each([
    ['two ids that disagree', '---\nwork_package_id: WP02\n---\n', 'its name says WP01'],
    ['an id that is none', '---\nwork_package_id: seven\n---\n', 'no work package id'],
    ['a dependency that is none', '---\ndependencies: [soon]\n---\n', 'dependencies: "soon"'],
    ['an unclosed block', '---\ntitle: x\n', 'never closed'],
    ['YAML that does not parse', '---\ntitle: [x\n---\n', 'not readable YAML'],
    ['the same key twice', '---\ntitle: x\ntitle: y\n---\n', 'not readable YAML'],
    ['a list in place of keys', '---\n- a\n---\n', 'key: value'],
    ['front matter that is code', '---js\nprocess.exit(1)\n---\n', '---js'],
    ['an alias', '---\na: &a [x]\nb: *a\n---\n', 'aliases'],
    ['a tag', '---\na: !!js/function "x"\n---\n', 'not readable YAML'],
    ['a known tag', '---\na: !!str x\n---\n', 'tags'],
    ['bytes that are not UTF-8', Buffer.from('---\ntitle: \xff\n---\n', 'latin1'), 'not UTF-8'],
    ['brackets in brackets', `---\na: ${'['.repeat(30_000)}\n---\n`, 'nested'],
    ['dashes in dashes', `---\na:\n${'- '.repeat(30_000)}x\n---\n`, 'indented'],
    ['a wall of spaces', `---\na:\n${' '.repeat(60_000)}b: |\n---\n`, 'indented'],
    ['ten megabytes', Buffer.alloc(10 * 1024 * 1024, 'a'), 'larger than 1024 KiB'],
  ])('refuses %s with a reason that names the file', async (_name, text, words) => {
    const reason = await read(text)
    expect(reason).toContain(words)
    expect(reason).toContain(join(dir, 'WP01-a.md'))
  })

  it('refuses a bomb of aliases before it grows', async () => {
    const bomb = [
      'a: &a [x,x,x,x,x,x,x,x,x]',
      ...'bcdefgh'
        .split('')
        .map((key, at) => `${key}: &${key} [${Array(9).fill(`*${'abcdefgh'[at]}`).join()}]`),
    ]
    expect(await read(`---\n${bomb.join('\n')}\n---\n`)).toContain('aliases')
  })

  it.runIf(POSIX)(
    'refuses a link, a folder and a pipe in place of the file, without waiting for any',
    async () => {
      writeFileSync(join(dir, 'secret'), '---\ntitle: secret\n---\n')
      symlinkSync(join(dir, 'secret'), join(dir, 'WP01.md'))
      mkdirSync(join(dir, 'WP02.md'))
      execFileSync('mkfifo', [join(dir, 'WP03.md')])
      for (const [name, words] of [
        ['WP01.md', 'symbolic link'],
        ['WP02.md', 'not a regular file'],
        ['WP03.md', 'not a regular file'],
        ['WP04.md', 'does not exist'],
      ] as const) {
        const file = await readWorkPackageFile(join(dir, name))
        expect(file.ok ? '' : file.reason).toContain(words)
      }
    },
  )

  it('keeps a key named __proto__ from reaching any other object', async () => {
    await read('---\n__proto__: {polluted: 1}\n---\n')
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
  })
})

describe('work package ids', () => {
  it.each([
    ['wp1', 'WP01'],
    ['WP01', 'WP01'],
    ['WP001', 'WP01'],
    ['WP120', 'WP120'],
    ['WP0', 'WP00'],
  ])('%s is spelt %s', (text, id) => {
    expect(spellWorkPackageId(text)).toBe(id)
  })
  it.each(['', 'WP', 'T01', 'WP01x', 'WP-1', '../WP01'])('%j is none', (text) =>
    expect(spellWorkPackageId(text)).toBeUndefined(),
  )
  it.each([
    ['WP01-a.md', 'WP01'],
    ['wp2.md', 'WP02'],
    ['WP10_x y.MD', 'WP10'],
    ['README.md', undefined],
    ['WP01-a.md.bak', undefined],
    ['WP01a.md', undefined],
  ])('the file %s is %s', (name, id) => {
    expect(workPackageIdOfFile(name)).toBe(id)
  })
})

describe.skipIf(specsDir === undefined)('real work packages', () => {
  it('are read, every one', async () => {
    for (const path of specsDir === undefined ? [] : sharedWorkPackageFiles(specsDir)) {
      const file = await readWorkPackageFile(path)
      if (!file.ok) throw new Error(file.reason)
      expect(file.workPackage.title).not.toBe('')
      expect(file.workPackage.subtasks.every((id) => /^T\d{3}[A-Z]?$/.test(id))).toBe(true)
      expect(path).toContain(`/${file.workPackage.work_package_id}-`)
    }
  })
})
