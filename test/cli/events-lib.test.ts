import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { tempFolder } from '../support/temp-folder.js'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

/** An installation of the built program whose events library is whatever the test puts there. */
function installation(): {
  kitty: (...args: string[]) => { code: number | null; stdout: string; stderr: string }
  /** As `kitty`, but Node runs the modules of dist, which use the library that is installed. */
  plain: (...args: string[]) => { code: number | null; stdout: string; stderr: string }
  folder: string
  library: string
} {
  const folder = tempFolder()
  for (const part of ['bin', 'dist', 'package.json', 'oclif.manifest.json'])
    cpSync(join(ROOT, part), join(folder, part), { recursive: true })
  const modules = join(folder, 'node_modules')
  mkdirSync(modules)
  for (const name of readdirSync(join(ROOT, 'node_modules')))
    if (name !== 'kitty-events') symlinkSync(join(ROOT, 'node_modules', name), join(modules, name))
  const library = join(modules, 'kitty-events')
  cpSync(join(ROOT, 'packages/events'), library, { recursive: true })
  const run = (env: NodeJS.ProcessEnv, args: string[]) => {
    const done = spawnSync(process.execPath, [join(folder, 'bin/run.js'), ...args], {
      cwd: folder,
      encoding: 'utf8',
      env: { ...process.env, ...env },
    })
    return { code: done.status, stdout: done.stdout, stderr: done.stderr }
  }
  return {
    kitty: (...args) => run({}, args),
    plain: (...args) => run({ KITTY_PLAIN: '1' }, args),
    folder,
    library,
  }
}

describe('the events library the program runs on', () => {
  it('is named by --version, version and version --json', () => {
    const { kitty } = installation()
    const pin = (
      JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { eventsLib: { commit: string } }
    ).eventsLib
    const lines = kitty('--version').stdout.split('\n')
    expect(lines[0]).toBe(`kitty/0.1.0 ${process.platform}-${process.arch} node-${process.version}`)
    expect(lines[1]).toMatch(
      new RegExp(`^events-lib/0\\.1\\.0 \\(${pin.commit.slice(0, 7)}(, modified)?\\)$`),
    )
    expect(kitty('version').stdout).toBe(kitty('--version').stdout)
    expect(kitty('--json', '--version').stdout).toBe(kitty('--version', '--json').stdout)
    expect(JSON.parse(kitty('version', '--json').stdout)).toMatchObject({
      kitty: '0.1.0',
      events_lib: { version: '0.1.0', commit: expect.stringMatching(/^[0-9a-f]{40}$/) as string },
      warnings: [],
    })
  })

  it.each([
    ['the library of another version', 'node_modules/kitty-events/package.json', '"0.1.0"', '"0.1.7"'],
    ['a package.json of another version', 'package.json', '"version": "0.1.0"', '"version": "9.9.9"'],
    ['a package.json with another pin', 'package.json', /"commit": "[0-9a-f]{40}"/, '"commit": "none"'],
    ['the note of another build', 'dist/events-lib.json', '"version":"0.1.0"', '"version":"0.1.7"'],
  ])('is the copy in the bundle, whatever lies next to it: %s', (_name, file, from, to) => {
    const { kitty, folder } = installation()
    const before = kitty('--version')
    const path = join(folder, file)
    const text = readFileSync(path, 'utf8')
    writeFileSync(path, text.replace(from, to))
    expect(readFileSync(path, 'utf8')).not.toBe(text)
    expect(kitty('--version')).toEqual(before)
    expect(kitty('version')).toEqual(before)
  })

  it('is the copy in the bundle, which needs no installed library', () => {
    const { kitty, library } = installation()
    rmSync(library, { recursive: true })
    expect(kitty('status', '--help').code).toBe(0)
    expect(kitty('--version').stdout).toContain('events-lib/0.1.0')
  })

  it('is called modified when the modules of dist find another one than they were built with', () => {
    const { plain, library } = installation()
    writeFileSync(
      join(library, 'package.json'),
      readFileSync(join(library, 'package.json'), 'utf8').replace('"0.1.0"', '"0.1.7"'),
    )
    expect(plain('--version').stdout).toMatch(/events-lib\/0\.1\.7 \([0-9a-f]{7}, modified\)/)
  })

  it.each([
    ['missing', (library: string) => rmSync(library, { recursive: true }), 'is not installed'],
    [
      'without its code',
      (library: string) => rmSync(join(library, 'dist'), { recursive: true }),
      'is not installed',
    ],
    [
      'too old',
      (library: string) =>
        writeFileSync(
          join(library, 'package.json'),
          readFileSync(join(library, 'package.json'), 'utf8').replace('"0.1.0"', '"0.0.9"'),
        ),
      '0.0.9 is too old: 0.1.0 is needed',
    ],
  ])(
    'makes every command of dist exit 5 when it is %s, and --version answers still',
    (_name, spoil, says) => {
      const { plain, library } = installation()
      spoil(library)
      expect(plain('--version')).toMatchObject({ code: 0 })
      for (const command of [['status'], ['agent', 'tasks', 'list'], ['--help']]) {
        const done = plain(...command)
        expect(done.code).toBe(5)
        expect(done.stderr).toContain(says)
        expect(done.stderr).toContain('npm install')
        expect(done.stderr).not.toMatch(/^\s+at /m)
        expect(done.stdout).toBe('')
      }
      const document = JSON.parse(plain('status', '--json').stdout) as { error: { kind: string } }
      expect(document.error.kind).toBe('MissingDependency')
    },
  )
})
