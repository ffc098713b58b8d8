import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { FEATURE, kitty, project } from '../support/kitty.js'
import { tempFolder } from '../support/temp-folder.js'
import { gitIn } from '../support/temp-repository.js'

const FILE = `kitty-specs/${FEATURE}/tasks/WP01-part.md`

/** An editor that is a shell script; the file is its last argument. */
function editor(script: string): { EDITOR: string; VISUAL: string } {
  const path = join(tempFolder(), 'my editor')
  writeFileSync(path, `#!/bin/sh\nfor file; do :; done\n${script}\n`)
  chmodSync(path, 0o755)
  return { EDITOR: `'${path}' --wait`, VISUAL: '' }
}

describe('new and edit', () => {
  let root: string
  let file: string
  const text = (): string => readFileSync(file, 'utf8')

  beforeEach(async () => {
    root = await project()
    file = join(root, FILE)
  })

  it('gives 8 concurrent processes 8 numbers', async () => {
    const made = await Promise.all(
      Array.from({ length: 8 }, (_, at) => kitty(root, ['new', `Part ${at}`, '--json'])),
    )
    expect(made.map(({ code }) => code)).toEqual(Array(8).fill(0))
    const ids = made.map((one) => one.json()['work_package'])
    expect(new Set(ids).size).toBe(8)
    const { stdout } = await kitty(root, ['sync', '--check'])
    expect(stdout.trim()).toBe('The files and the log say the same.')
  })

  it('refuses a title of several lines in one document', async () => {
    const ran = await kitty(root, ['new', 'a\nlane: done', '--json'])
    expect(ran.code).toBe(2)
    expect(ran.json()).toMatchObject({ error: { kind: 'UsageError' } })
  })

  it('from a worktree writes the primary checkout and prints the path', async () => {
    const worktree = join(tempFolder(), 'tree')
    gitIn(root, 'worktree', 'add', '--quiet', worktree)
    const made = await kitty(worktree, ['new', 'From there', '--feature', FEATURE, '--json'])
    expect(made.code, made.stderr).toBe(0)
    expect(existsSync(join(root, String(made.json()['file'])))).toBe(true)
    const edited = await kitty(worktree, ['edit', `${FEATURE}/WP03`, '--title', 'From there'])
    expect(edited.stdout).toContain(join(root, `kitty-specs/${FEATURE}/tasks/WP03-part.md`))
    const here = await kitty(root, ['edit', 'WP03', '--from-here'])
    expect(here.code).toBe(2)
  })

  it('takes over this worktree’s copy with --from-here', async () => {
    const worktree = join(tempFolder(), 'copy')
    gitIn(root, 'add', '--force', FILE)
    gitIn(root, 'commit', '--quiet', '--message', 'file')
    gitIn(root, 'worktree', 'add', '--quiet', worktree)
    const copy = `${text()}\nFrom the worktree\n`
    writeFileSync(join(worktree, FILE), copy)
    const ran = await kitty(worktree, ['edit', `${FEATURE}/WP01`, '--from-here'])
    expect(ran.code, ran.stderr).toBe(0)
    expect(text()).toBe(copy)
  })

  it('opens $EDITOR and takes over what it leaves', async () => {
    const env = editor(`echo noise; sed -i 's/^title: .*/title: By hand/' "$file"`)
    const ran = await kitty(root, ['edit', 'WP01', '--json'], env)
    expect(ran.json()).toMatchObject({ work_package: 'WP01', changed: ['title'], warnings: [] })
    expect(text()).toContain('title: By hand\n')
  })

  it.each([
    ['is missing', () => ({ EDITOR: '', VISUAL: '' }), 5],
    ['is not found', () => ({ EDITOR: 'no-such-editor', VISUAL: '' }), 5],
    ['fails', () => editor('exit 3'), 1],
  ])('leaves everything as it is when the editor %s', async (_, env, code) => {
    const before = text()
    const ran = await kitty(root, ['edit', 'WP02', '--json'], env())
    expect(ran.code).toBe(code)
    expect(ran.stdout).not.toContain('kept_in')
    expect(text()).toBe(before)
  })

  it('keeps a file that the editor left broken, and says where', async () => {
    const before = text()
    const env = editor(`printf '%s\\n' '---' 'title: [a' '---' > "$file"`)
    const ran = await kitty(root, ['edit', 'WP01', '--json'], env)
    expect(ran.code).toBe(3)
    const { error } = ran.json() as { error: { message: string; context: { kept_in: string } } }
    expect(readFileSync(error.context.kept_in, 'utf8')).toContain('title: [a')
    expect(error.message).toContain(error.context.kept_in)
    expect(text()).toBe(before)
  })
})
