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
      priority: 2,
      spelledPriority: null,
      leftOut: [],
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
    [
      'two ids that disagree',
      '---\nwork_package_id: WP02\n---\n',
      'line 2: it says work_package_id WP02, its name says WP01',
    ],
    ['an id that is none', '---\nwork_package_id: seven\n---\n', 'no work package id'],
    ['a dependency that is none', '---\ndependencies: [soon]\n---\n', 'dependencies: "soon"'],
    ['an unclosed block', '---\ntitle: x\n', 'never closed'],
    ['a bracket that is never closed', '---\ntitle: [x\n---\n', 'line 2: a quote or bracket is never closed'],
    ['the same key twice', '---\ntitle: x\ntitle: y\n---\n', 'line 3: "title" is there twice'],
    ['a list in place of keys', '---\n- a\n---\n', 'key: value'],
    ['front matter that is code', '---js\nprocess.exit(1)\n---\n', '---js'],
    ['an alias', '---\na: &a [x]\nb: *a\n---\n', 'line 2: anchors and aliases'],
    [
      'an alias in a list of a key that is not read',
      '---\na:\n  - x\n  - *b\n---\n',
      'line 4: anchors and aliases',
    ],
    ['an alias inside brackets', '---\na: [x, *b]\n---\n', 'line 2: anchors and aliases'],
    ['a tag', '---\na: !!js/function "x"\n---\n', 'tags'],
    ['bytes that are not UTF-8', Buffer.from('---\ntitle: \xff\n---\n', 'latin1'), 'not UTF-8'],
    ['brackets in brackets', `---\na: ${'['.repeat(10_000)}\n---\n`, 'nested'],
    ['dashes in dashes', `---\na:\n${'- '.repeat(8_000)}x\n---\n`, 'indented'],
    ['a wall of spaces', `---\na:\n${' '.repeat(16_000)}b: |\n---\n`, 'indented'],
    [
      'more keys than an author writes',
      `---\n${Array.from({ length: 501 }, (_, at) => `k${at}: 1\n`).join('')}---\n`,
      '500 keys',
    ],
    ['a list longer than an author writes', `---\na: [${'1, '.repeat(501)}1]\n---\n`, '500 keys'],
    ['forty kilobytes', `---\n${'x: y\n'.repeat(8_000)}---\n`, '16 KiB'],
    ['ten megabytes', Buffer.alloc(10 * 1024 * 1024, 'a'), 'larger than 2048 KiB'],
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
        ['WP03.md', 'FIFO'],
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

describe('front matter that does not begin the file', () => {
  const BLOCK = '---\ntitle: T\ndependencies: [WP01]\n---\n'
  it.each([
    ['after a blank line', `\n${BLOCK}`, 2],
    ['after a space', ` ${BLOCK}`, 1],
    ['after a comment', `<!-- x -->\n${BLOCK}`, 2],
    ['after a comment on its line', `<!-- x -->${BLOCK}`, 1],
    ['without its first line', BLOCK.slice(4), 1],
    ['without both of its lines', 'title: T\ndependencies: [WP01]\n', 1],
    ['in a code fence', `\`\`\`yaml\n${BLOCK}\`\`\`\n`, 2],
    ['in a code fence, without its rules', `\`\`\`yaml\ntitle: T\ndependencies: [WP01]\n\`\`\`\n`, 2],
    ['between rules of four dashes', `-${BLOCK}`, 1],
    ['as TOML', '+++\ntitle = "T"\ndependencies = ["WP01"]\n+++\n', 1],
    ['indented as a whole', `  ---\n  title: T\n  dependencies: [WP01]\n  ---\n`, 1],
    ['after a heading', `# T\n\n${BLOCK}`, 3],
    ['after a byte order mark and a blank line', `\uFEFF\n${BLOCK}`, 2],
    ['with Windows line ends', `\r\n${BLOCK.replaceAll('\n', '\r\n')}`, 2],
    ['unclosed, below text', 'text\n---\nwork_package_id: WP01\n', 2],
  ])('is refused with its line %s', async (_name, text, line) => {
    expect(await read(text, 'WP02-a.md')).toMatch(new RegExp(`WP02-a\\.md, line ${line}: its front matter `))
  })

  it.each([
    ['a block without any key of kitty', '# T\n\n---\na: 1\nb: 2\n---\n'],
    ['rules around prose', '# T\n\n---\n\nThe title: a story\n\n---\n'],
    ['a heading that is underlined', '# T\n\nThe title\n---\n'],
    [
      'an example in a file that has front matter',
      '---\ntitle: T\n---\n```\n---\ntitle: x\ndependencies: [WP09]\n---\n```\n',
    ],
  ])('is not seen in %s', async (_name, text) => {
    expect(await read(text)).toMatchObject({ title: 'T', dependencies: [] })
  })
})

describe('what counts as a title', () => {
  it.each([
    ['title: 1.10', '1.10'],
    ['title: 0x1F', '0x1F'],
    ['title: true', 'true'],
    ['title: 007', '007'],
    ['title: 2026-01-01', '2026-01-01'],
    ['title:\tafter a tab', 'after a tab'],
    ['title: "a: b"', 'a: b'],
    ["title: 'it''s'", "it's"],
    ['title: "a \\u00e9"', 'a é'],
    ['title: http://example.org/#x # why', 'http://example.org/#x'],
    ['title: >-\n  folded\n  text', 'folded text'],
    ['title:\n  on the next line', 'on the next line'],
    ['title: two\n  lines', 'two lines'],
    ['title: ~\nwork_package_title: Real', 'Real'],
    ['work_package_title: Real', 'Real'],
  ])('%j', async (keys, title) => {
    expect(await read(`---\n${keys}\n---\n# Heading\n`)).toMatchObject({ title })
    expect(await read(`\uFEFF---\n${keys}\n---\n`.replaceAll('\n', '\r\n'))).toMatchObject({ title })
  })

  it.each([
    ['the heading after a fence', '```\n# no\n```\n# Yes\n', 'Yes'],
    ['the heading after a longer fence', '````md\n```\n# no\n```\n````\n## Yes\n', 'Yes'],
    ['the first-level one', '## Review Feedback\n\n# WP01: Yes\n\n## More\n', 'Yes'],
    ['one that is not commented out', '<!--\n# no\n-->\n# Yes #\n', 'Yes'],
    ['the first of any level where none is of the first', '### Yes\n## No\n', 'Yes'],
  ])('of a file that names none is %s', async (_name, body, title) => {
    expect(await read(`---\nlane: planned\n---\n${body}`)).toMatchObject({ title })
  })

  it.each([
    ['title: a: b', 3],
    ['title: a:', 3],
    ['title: [WIP] thing', 3],
    ['title: [a]', 3],
    ['title: {a: b}', 3],
    ['title: @handle', 3],
    ['title: "a" b', 3],
    ['title: `code` first', 3],
    ['title: - a', 3],
  ])('%j is refused with its line, and what to do', async (line, at) => {
    expect(await read(`---\nlane: planned\n${line}\n---\n`)).toContain(`line ${at}: `)
    expect(await read(`---\nlane: planned\n${line}\n---\n`)).toContain('put the title in quotes')
  })

  it('is not lost with a key that a value swallows, or that is spelled otherwise', async () => {
    expect(await read('---\nphase: one\n dependencies: [WP02]\n---\n')).toContain(
      'line 3: "dependencies" is indented',
    )
    expect(await read('---\nDependencies: [WP02]\n---\n')).toContain(
      'line 2: write "Dependencies" as "dependencies"',
    )
    expect(await read('---\nphase: Phase 1: Start\n---\n')).toContain(
      'line 2: put the value of phase in quotes',
    )
  })
})

describe('dependencies', () => {
  it.each([
    ['"[]"', []],
    ['""', []],
    ['none', []],
    ['n/a', []],
    ['N/A', []],
    ['[None]', []],
    ['"WP01, WP02"', ['WP01', 'WP02']],
    ['WP01, WP02', ['WP01', 'WP02']],
    ['"[WP01, \'WP02\']"', ['WP01', 'WP02']],
    ['[wp1, WP01,\n  "WP02" ]', ['WP01', 'WP02']],
    ['\n- WP01 # why\n- WP02', ['WP01', 'WP02']],
  ])('%j are read', async (value, dependencies) => {
    expect(await read(`---\ndependencies: ${value}\n---\n`, 'WP09.md')).toMatchObject({ dependencies })
  })

  it.each(['[1, 2]', '[01]', '7', 'soon', '[[WP01]]', 'WP01: WP02', '[WP01, , WP02]', '{a: WP01}'])(
    '%j are refused with the right form',
    async (value) => {
      const reason = await read(`---\ntitle: T\ndependencies: ${value}\n---\n`)
      expect(reason).toContain('line 3: ')
      expect(reason).toContain('[WP01, WP02]')
    },
  )
})

describe('subtasks', () => {
  it.each([
    ['T001, T002', ['T001', 'T002']],
    ['\n- T001 Write it\n- "T002: test it"', ['T001', 'T002']],
    ['\n- T001: Write it\n- T002: [P]', undefined],
    ['\n- T001: Write it\n- ST-2', ['T001', 'ST-2']],
    ['[{id: T001, title: x}, {id: T002}]', ['T001', 'T002']],
    ['[T001-1, T001 - 2 tests]', ['T001-1', 'T001']],
    ['none', []],
  ])('%j are read', async (value, subtasks) => {
    const task = await read(`---\nsubtasks: ${value}\n---\n`)
    if (subtasks === undefined) expect(task).toContain('is no subtask')
    else expect(task).toMatchObject({ subtasks })
  })

  it('that are sentences have an id made of their words, the same one each time', async () => {
    const ids = async (list: string) => {
      const task = await read(`---\nsubtasks: [${list}]\n---\n`)
      return typeof task === 'string' ? [] : task.subtasks
    }
    const [first, second] = await ids('Write the docs, Write the tests')
    expect(first).toMatch(/^s-[0-9A-HJKMNP-TV-Z]{8}$/)
    expect(second).not.toBe(first)
    expect(await ids('"Write  the\tdocs"')).toEqual([first])
    expect(await ids('Write the doc')).not.toEqual([first])
    expect(await ids('Schön is it')).toEqual(await ids('Scho\u0308n is it'))
  })

  it('keep their ids, and the status that an object states is named as left out', async () => {
    const task = await read(
      '---\nsubtasks:\n- id: T001\n  title: Write\n  status: done\n- title: Two words\n---\n',
    )
    expect(task).toMatchObject({
      subtasks: ['T001', expect.stringMatching(/^s-/)],
      leftOut: ['the status of T001'],
    })
  })

  it.each([
    ['T001-T005', 'a range'],
    ['[T001..T005]', 'a range'],
    ['[T001 to T005]', 'a range'],
    ['[T001-005]', 'a range'],
    ['T001–T005', 'a range'],
    ['[T001, T001]', 'there twice'],
    ['[T001 a, T001 b]', 'there twice'],
    ['[[T001]]', 'no subtask'],
    ['[{a: b}]', 'no subtask'],
  ])('%j are refused with their line', async (value, words) => {
    const reason = await read(`---\ntitle: T\nsubtasks: ${value}\n---\n`)
    expect(reason).toContain('line 3: subtasks: ')
    expect(reason).toContain(words)
  })
})

describe('the priority', () => {
  it.each([
    ['0', 0],
    ['"P1"', 1],
    ['p4', 4],
    ['', 2],
  ])('%j is read', async (text, priority) => {
    expect(await read(`---\npriority: ${text}\n---\n`)).toMatchObject({ priority, leftOut: [] })
  })

  it('that is no number from 0 to 4 is named as left out; a list is refused', async () => {
    expect(await read('---\npriority: soon\n---\n')).toMatchObject({
      priority: 2,
      leftOut: ['the priority, which is not 0 to 4,'],
    })
    expect(await read('---\npriority: [1]\n---\n')).toContain('put the priority in quotes')
  })
})

/** Time by the square of these lengths is longer, and time by the length far shorter. */
const SQUARE_MS = 20_000

describe('hostile text', () => {
  it.each([
    ['dashes', '-'.repeat(400_000)],
    ['colons', 'a:'.repeat(200_000)],
    ['key lines', 'title:'.repeat(64_000)],
    ['spaces', ' '.repeat(400_000)],
    ['rules', '---\n'.repeat(100_000)],
    ['hashes', '# '.repeat(200_000)],
    ['headings', `# ${'#'.repeat(400_000)}`],
    ['fences', '```\n'.repeat(100_000)],
    ['comments', '<!--\n'.repeat(80_000)],
    ['a title of dashes', `---\nwork_package_id: WP01\n---\n# ${'WP01 '.repeat(80_000)}`],
    ['a range without an end', `---\nsubtasks: [T1 ${'- '.repeat(64_000)}]\n---\n`],
    ['a word without an end', `---\nsubtasks: [${'T1'.repeat(64_000)}]\n---\n`],
    ['commas', `---\ndependencies: "${',"'.repeat(32_000)}"\n---\n`],
    ['quotes', `---\ntitle: "${'\\\\'.repeat(64_000)}\n---\n`],
  ])(
    'of 400 kilobytes is read in time that grows with its length, not by the square of it: %s',
    async (_name, text) => {
      expect(await read(text)).toBeDefined()
    },
    SQUARE_MS,
  )
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
