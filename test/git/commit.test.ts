import { chmodSync, existsSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { FEATURE, kitty, project, type Ran } from '../support/kitty.js'
import { tempFolder } from '../support/temp-folder.js'
import { gitIn } from '../support/temp-repository.js'

const PART = `kitty-specs/${FEATURE}/tasks/WP01-part.md`

/** A repository in which the packages' files are committed too. */
async function committedProject(): Promise<string> {
  const root = await project()
  writeFileSync(join(root, '.git', 'info', 'exclude'), '')
  gitIn(root, 'add', '--all')
  gitIn(root, 'commit', '--quiet', '--message', 'files')
  return root
}

describe('kitty commit', () => {
  let root: string
  const git = (...args: string[]): string => gitIn(root, ...args).trimEnd()
  const commit = (...args: string[]): Promise<Ran> => kitty(root, ['commit', '--json', ...args])
  const write = (path: string, text: string): void => {
    writeFileSync(join(root, path), text)
  }
  const filesOf = (revision: string): string[] =>
    git('show', '--format=', '--name-only', revision).split('\n').sort()
  const log = (): string => git('ls-files', '.kittify/events')
  const hook = (name: string, script: string): void => {
    writeFileSync(join(root, '.git', 'hooks', name), `#!/bin/sh\n${script}\n`, { mode: 0o755 })
  }

  beforeEach(async () => {
    root = await committedProject()
  })

  it('with an empty message is refused before anything is committed', async () => {
    const head = git('rev-parse', 'HEAD')
    for (const message of ['', ' \n']) {
      const ran = await commit('-m', message)
      expect(ran.code).toBe(2)
      expect(ran.json()).toMatchObject({
        error: { kind: 'UsageError', message: 'The message of the commit is empty.' },
      })
    }
    expect(git('rev-parse', 'HEAD')).toBe(head)
  })

  it('names the branch by its name, also where a tag has it', async () => {
    git('tag', 'main')
    await kitty(root, ['note', 'WP01', 'one'])
    expect((await commit()).json()).toMatchObject({ branch: 'main' })
  })

  it('says so where git ignores files of the log', async () => {
    git('rm', '--quiet', '--cached', '-r', '.kittify/events')
    git('commit', '--quiet', '--message', 'left out')
    write('.gitignore', '.worktrees/\n*.jsonl\n')
    await kitty(root, ['note', 'WP01', 'one'])
    const ran = await commit()
    expect(ran.json()).toMatchObject({
      warnings: [
        expect.stringMatching(/^Git ignores .*\.jsonl \(\.gitignore:2:\*\.jsonl\): .*kitty doctor$/),
      ],
    })
    expect(log()).toBe('')
    write('.gitignore', '.worktrees/\n*.jsonl\n!.kittify/events/*.jsonl\n')
    expect((await commit()).json()).toMatchObject({ warnings: [] })
    expect(log()).not.toBe('')
  })

  it('takes the log, lanes, boxes and files that kitty made, and names what people changed', async () => {
    write(`kitty-specs/${FEATURE}/spec.md`, 'mine\n')
    write(`kitty-specs/${FEATURE}/notes.md`, 'mine too\n')
    await kitty(root, ['agent', 'tasks', 'move-task', 'WP01', '--to', 'doing'])
    const made = (await kitty(root, ['new', 'Next', '--json'])).json()
    const ran = await commit('-m', 'Board')
    expect(ran.code, ran.stdout).toBe(0)
    expect(ran.json()).toMatchObject({
      branch: 'main',
      yours: [`kitty-specs/${FEATURE}/notes.md`, `kitty-specs/${FEATURE}/spec.md`],
      staged: [],
    })
    expect(filesOf('HEAD')).toEqual([...log().split('\n'), PART, made['file']].sort())
    expect(git('log', '-1', '--format=%s')).toBe('Board')
    expect(git('diff', '--cached', '--name-only')).toBe('')
    expect(
      git('status', '--porcelain')
        .split('\n')
        .map((line) => line.slice(3))
        .sort(),
    ).toEqual([`kitty-specs/${FEATURE}/notes.md`, `kitty-specs/${FEATURE}/spec.md`])
    const again = await commit()
    expect(again.code).toBe(0)
    expect(again.json()).toMatchObject({ commit: null, files: [] })
    expect((await commit('--with-edits')).json()).toMatchObject({ yours: [] })
    expect(git('status', '--porcelain')).toBe('')
  })

  it('takes the files of an import and of its update, and not the one that a person changed in between', async () => {
    const issue = (n: number, title: string): string =>
      `${JSON.stringify({ id: `x-${n}`, title, status: 'open', created_at: '2024-05-01T00:00:00Z' })}\n`
    const source = join(tempFolder(), 'issues.jsonl')
    const bring = async (title: string): Promise<void> => {
      writeFileSync(source, issue(1, title) + issue(2, title))
      const ran = await kitty(root, ['import', 'beads', source, '--feature', 'brought', '--source', 's'])
      expect(ran.code, ran.stdout + ran.stderr).toBe(0)
    }
    await bring('One')
    const first = (await commit()).json() as { files: string[]; yours: string[] } // the command's document
    expect(first.yours).toEqual([])
    expect(first.files.filter((file) => file.startsWith('kitty-specs/'))).toHaveLength(4)
    await bring('Two')
    const edited = first.files.find((file) => file.includes('WP02'))!
    write(edited, readFileSync(join(root, edited), 'utf8').replace('Two', 'Mine'))
    expect((await commit()).json()).toMatchObject({ yours: [edited] })
    expect(git('status', '--porcelain')).toBe(` M ${edited}`)
  })

  it('takes the lines that init adds to files of yours, where no one has changed anything else in them', async () => {
    const lines = (name: string): string => readFileSync(join(root, name), 'utf8')
    const [attributes, ignored] = [lines('.gitattributes'), lines('.gitignore')]
    git('rm', '--quiet', '--cached', '.gitattributes', '.gitignore')
    git('commit', '--quiet', '--message', 'without')
    const taken = (await commit()).json()
    expect(taken).toMatchObject({ files: ['.gitattributes', '.gitignore'], yours: [] })
    write('.gitattributes', `*.bin binary\n`)
    git('commit', '--quiet', '--message', 'mine', '.gitattributes')
    write('.gitattributes', `*.bin binary\n${attributes}`)
    write('.gitignore', `${ignored}mine/\n`)
    expect((await commit()).json()).toMatchObject({ files: ['.gitattributes'], yours: [] })
    expect(git('show', 'HEAD:.gitattributes')).toContain('*.bin binary\n')
    expect(git('status', '--porcelain').trim()).toBe('M .gitignore')
  })

  it('counts an edit by kitty as kitty’s, and one by hand as yours', async () => {
    await kitty(root, ['edit', 'WP01', '--body', 'README.md'])
    write(
      `kitty-specs/${FEATURE}/tasks/WP02-part.md`,
      `${readFileSync(join(root, `kitty-specs/${FEATURE}/tasks/WP02-part.md`), 'utf8')}by hand\n`,
    )
    await kitty(root, ['edit', 'WP02', '--title', 'By kitty'])
    expect((await commit()).json()).toMatchObject({
      files: [...log().split('\n'), PART],
      yours: [`kitty-specs/${FEATURE}/tasks/WP02-part.md`],
    })
  })

  describe('of what repeats the log', () => {
    const SPEC = `kitty-specs/${FEATURE}/spec.md`
    const LIST = `kitty-specs/${FEATURE}/tasks.md`
    const read = (path: string): string => readFileSync(join(root, path), 'utf8')
    const change = (path: string, from: string, to: string): void => {
      expect(read(path)).toContain(from)
      write(path, read(path).replace(from, to))
    }
    const specFiles = async (): Promise<{ files: string[]; yours: string[] }> => {
      const { files, yours } = (await commit()).json() as { files: string[]; yours: string[] } // the document
      return { files: files.filter((file) => file.startsWith('kitty-specs/')), yours }
    }

    it('takes the boxes that kitty ticked, and leaves those that a person ticked, there and in any other file', async () => {
      write(SPEC, '# Spec\n\n- [ ] T001 Agree\n')
      write(LIST, '# Tasks\n\n## WP01\n\n- [ ] T001 One\n\n## WP02\n\n- [ ] T003 Three\n')
      const first = read(PART)
      write(PART, `${first}\n- [ ] T001 One\n- [ ] T002 Two\n`)
      git('add', '--all')
      git('commit', '--quiet', '--message', 'boxes')
      await kitty(root, ['tick', 'WP01', 'T001'])
      expect(read(PART)).toContain('- [x] T001')
      change(SPEC, '- [ ]', '- [x]')
      expect(await specFiles()).toEqual({ files: [PART, LIST].sort(), yours: [SPEC] })
      change(PART, '- [ ] T002', '- [x] T002')
      change(LIST, '- [ ] T003', '- [x] T003')
      expect(await specFiles()).toEqual({ files: [], yours: [SPEC, PART, LIST].sort() })
    })

    it('sees a change of the same size that was made in the second in which git had read the file', async () => {
      // Git compares seconds and sizes only, and distrusts files as young as its index; a test cannot set the ctime.
      const second = new Date('2026-01-01T00:00:00Z')
      const young = (path: string): void => utimesSync(join(root, path), second, second)
      git('config', 'core.trustCtime', 'false')
      write(SPEC, '# Spec\n\n- [ ] T001 Agree\n')
      young(SPEC)
      git('add', SPEC)
      git('commit', '--quiet', '--message', 'spec')
      change(SPEC, '- [ ]', '- [x]')
      young(SPEC)
      young('.git/index')
      expect(await specFiles()).toEqual({ files: [], yours: [SPEC] })
    })

    it('takes the lane that kitty set, and leaves a lane, its comment or its place that a person changed', async () => {
      await kitty(root, ['agent', 'tasks', 'move-task', 'WP01', '--to', 'doing'])
      expect(await specFiles()).toEqual({ files: [PART], yours: [] })
      change(PART, 'lane: doing', 'lane: doing # mine')
      expect(await specFiles()).toEqual({ files: [], yours: [PART] })
      change(PART, 'lane: doing # mine', 'lane: done')
      expect(await specFiles()).toEqual({ files: [], yours: [PART] })
      change(PART, 'lane: done\n', '')
      expect(await specFiles()).toEqual({ files: [], yours: [PART] })
      change(PART, '---\n', '---\nlane: doing\n')
      expect(await specFiles()).toEqual({ files: [], yours: [PART] })
    })

    it('leaves a comment to a person, also after an edit by kitty', async () => {
      await kitty(root, ['edit', 'WP01', '--title', 'By kitty'])
      await kitty(root, ['agent', 'tasks', 'move-task', 'WP01', '--to', 'doing'])
      expect(await specFiles()).toEqual({ files: [PART], yours: [] })
      await kitty(root, ['edit', 'WP01', '--title', 'By kitty again'])
      change(PART, 'lane: doing', 'lane: doing # mine')
      expect(await specFiles()).toEqual({ files: [], yours: [PART] })
    })

    it.skipIf(process.platform === 'win32')(
      'leaves a file that a person made executable, new or not',
      async () => {
        chmodSync(join(root, PART), 0o755)
        const made = String((await kitty(root, ['new', 'Next', '--json'])).json()['file'])
        chmodSync(join(root, made), 0o755)
        await kitty(root, ['agent', 'tasks', 'move-task', 'WP01', '--to', 'doing'])
        expect(await specFiles()).toEqual({ files: [], yours: [PART, made].sort() })
        git('config', 'core.fileMode', 'false')
        expect(await specFiles()).toEqual({ files: [PART, made].sort(), yours: [] })
      },
    )

    it('leaves line ends that a person turned, and takes those that a checkout turned', async () => {
      const turned = (): void => write(PART, read(PART).replaceAll('\n', '\r\n'))
      turned()
      expect(await specFiles()).toEqual({ files: [], yours: [PART] })
      await kitty(root, ['agent', 'tasks', 'move-task', 'WP01', '--to', 'doing'])
      expect(await specFiles()).toEqual({ files: [], yours: [PART] })
      await kitty(root, ['edit', 'WP01', '--title', 'By kitty'])
      expect(await specFiles()).toEqual({ files: [], yours: [PART] })
      git('config', 'core.autocrlf', 'true')
      expect(await specFiles()).toEqual({ files: [PART], yours: [] })
      expect(git('show', `HEAD:${PART}`)).not.toContain('\r')
      await kitty(root, ['agent', 'tasks', 'move-task', 'WP01', '--to', 'planned'])
      expect(read(PART)).toContain('lane: planned\r\n')
      expect(await specFiles()).toEqual({ files: [PART], yours: [] })
    })
  })

  it('leaves the user’s next commit to hold exactly what the user staged', async () => {
    write('README.md', 'staged\n')
    git('add', 'README.md')
    write('README.md', 'staged and more\n')
    write('untracked.txt', 'x\n')
    write(PART, readFileSync(join(root, PART), 'utf8').replace('# WP01', '# Mine'))
    git('add', PART)
    await kitty(root, ['agent', 'tasks', 'move-task', 'WP01', '--to', 'doing'])
    await kitty(root, ['agent', 'tasks', 'move-task', 'WP03', '--to', 'doing'])
    const stagedBefore = git('diff', '--cached')
    const ran = await commit()
    expect(ran.json()).toMatchObject({ staged: [PART], yours: [] })
    expect(filesOf('HEAD')).toEqual([...log().split('\n'), `kitty-specs/${FEATURE}/tasks/WP03-part.md`])
    expect(git('diff', '--cached')).toBe(stagedBefore)
    git('commit', '--quiet', '--message', 'mine')
    expect(filesOf('HEAD')).toEqual(['README.md', PART])
    expect(git('show', 'HEAD:README.md')).toBe('staged')
    expect(git('status', '--porcelain').split('\n').sort()).toEqual([
      ' M README.md',
      ` M ${PART}`,
      '?? untracked.txt',
    ])
  })

  it('leaves out a log that the user staged', async () => {
    await kitty(root, ['note', 'WP01', 'one'])
    git('add', '.kittify')
    expect((await commit()).json()).toMatchObject({ commit: null, staged: log().split('\n').slice(-1) })
  })

  it('runs the user’s hooks, and is refused by one', async () => {
    await kitty(root, ['note', 'WP01', 'one'])
    hook('pre-commit', 'git diff --cached --name-only > .git/seen; echo "no notes on Sundays" >&2; exit 1')
    const head = git('rev-parse', 'HEAD')
    const ran = await commit()
    expect(ran.code).toBe(1)
    expect(ran.stdout).toContain('no notes on Sundays')
    expect(git('rev-parse', 'HEAD')).toBe(head)
    expect(readFileSync(join(root, '.git', 'seen'), 'utf8').trim()).toBe(log().split('\n').at(-1))
    hook('pre-commit', 'exit 0')
    hook('commit-msg', 'echo "Signed-off-by: hook" >> "$1"')
    expect((await commit()).code).toBe(0)
    expect(git('log', '-1', '--format=%B')).toContain('Signed-off-by: hook')
  })

  it('names the hooks to look at where one refuses without a word', async () => {
    await kitty(root, ['note', 'WP01', 'one'])
    hook('commit-msg', 'exit 1')
    const { error } = (await commit()).json() as { error: { message: string; next_steps: unknown } }
    expect(error.message).toBe(
      'Git did not commit, most likely because of a hook, and nothing says why: it ended with exit code 1.',
    )
    const steps = JSON.stringify(error)
    expect(steps).toContain(join(root, '.git', 'hooks', 'commit-msg'))
    expect(steps).not.toContain('pre-commit')
  })

  it.runIf(process.platform === 'linux')(
    'names a file whose name is not UTF-8 as git does, and leaves it out, also with people’s files',
    async () => {
      const folder = join(root, 'kitty-specs', FEATURE)
      writeFileSync(
        Buffer.concat([Buffer.from(`${folder}/caf`), Buffer.from([0xe9]), Buffer.from('.md')]),
        'x',
      )
      await kitty(root, ['note', 'WP01', 'one'])
      const ran = (await commit('--with-edits')).json()
      expect(JSON.stringify(ran)).not.toContain('\ufffd')
      expect(ran).toMatchObject({
        files: log().split('\n').slice(-1),
        yours: [],
        warnings: [
          `"kitty-specs/${FEATURE}/caf\\351.md" has a name that is not UTF-8, so only git itself can commit it.`,
        ],
      })
    },
  )

  it('signs as git is told to', async () => {
    const key = join(tempFolder(), 'key')
    const program = join(tempFolder(), 'sign')
    writeFileSync(key, 'key')
    // ssh-keygen -Y sign … FILE writes FILE.sig.
    writeFileSync(
      program,
      '#!/bin/sh\nfor file; do :; done\nprintf "%s\\n" "-----BEGIN SSH SIGNATURE-----" x "-----END SSH SIGNATURE-----" > "$file.sig"\n',
      { mode: 0o755 },
    )
    for (const [name, value] of [
      ['gpg.format', 'ssh'],
      ['gpg.ssh.program', program],
      ['user.signingkey', key],
      ['commit.gpgsign', 'true'],
    ] as const)
      git('config', name, value)
    await kitty(root, ['note', 'WP01', 'one'])
    const ran = await commit()
    expect(ran.code, ran.stdout).toBe(0)
    expect(git('cat-file', 'commit', 'HEAD')).toContain('BEGIN SSH SIGNATURE')
  })

  it('run by two processes concurrently records everything, in a line of commits', async () => {
    await kitty(root, ['note', 'WP01', 'one'])
    const first = commit()
    const noted = kitty(root, ['note', 'WP01', 'two'])
    const second = commit()
    expect([(await first).code, (await noted).code, (await second).code]).toEqual([0, 0, 0])
    await commit()
    expect(git('status', '--porcelain')).toBe('')
    expect(git('log', '--merges', '--format=%h')).toBe('')
  })

  it.each([
    ['a merge', 'MERGE_HEAD'],
    ['a cherry-pick', 'CHERRY_PICK_HEAD'],
    ['a rebase', 'rebase-merge'],
    ['a bisect', 'BISECT_LOG'],
  ])('is refused during %s', async (_, mark) => {
    writeFileSync(join(root, '.git', mark), `${git('rev-parse', 'HEAD')}\n`)
    expect((await commit()).code).toBe(1)
  })

  it('is refused on a detached HEAD', async () => {
    git('checkout', '--quiet', '--detach')
    const ran = await commit()
    expect([ran.code, (ran.json() as { error: { kind: string } }).error.kind]).toEqual([1, 'ValidationError'])
  })

  it('waits for git, and says what to do when it takes long', async () => {
    writeFileSync(join(root, '.git', 'index.lock'), '')
    await kitty(root, ['note', 'WP01', 'one'])
    const waiting = commit()
    setTimeout(() => rmSync(join(root, '.git', 'index.lock')), 500)
    expect((await waiting).code).toBe(0)
    writeFileSync(join(root, '.git', 'index.lock'), '')
    const refused = await commit()
    expect(refused.code).toBe(4)
    expect(refused.stdout).toContain('index.lock')
  })

  it('killed after its commit leaves nothing that would undo it', async () => {
    await kitty(root, ['note', 'WP01', 'one'])
    hook('post-commit', 'kill -9 $(cat .git/kitty-pid)')
    const { spawn } = await import('node:child_process')
    const program = join(import.meta.dirname, '..', '..', 'bin', 'run.js')
    const child = spawn(process.execPath, [program, 'commit'], { cwd: root, stdio: 'ignore' })
    writeFileSync(join(root, '.git', 'kitty-pid'), String(child.pid))
    await new Promise((resolve) => child.once('exit', resolve))
    rmSync(join(root, '.git', 'hooks', 'post-commit'))
    expect(git('log', '-1', '--format=%s')).toBe('kitty: record 1 event')
    expect(git('diff', '--cached', '--name-only')).not.toBe('')
    expect((await commit()).code).toBe(0)
    expect(git('status', '--porcelain')).toBe('')
  })

  it('pushes with --push, and keeps the commit when the remote refuses', async () => {
    const remote = join(tempFolder(), 'remote.git')
    git('clone', '--quiet', '--bare', root, remote)
    git('remote', 'add', 'origin', remote)
    git('push', '--quiet', '--set-upstream', 'origin', 'main')
    await kitty(root, ['note', 'WP01', 'one'])
    expect((await commit('--push')).json()).toMatchObject({ pushed: true })
    expect(gitIn(remote, 'rev-parse', 'main').trim()).toBe(git('rev-parse', 'HEAD'))
    rmSync(remote, { recursive: true })
    await kitty(root, ['note', 'WP01', 'two'])
    expect((await commit('--push')).code).toBe(1)
    expect(git('log', '-1', '--format=%s')).toBe('kitty: record 1 event')
    expect(existsSync(join(root, '.git', 'kitty', 'commit.index'))).toBe(false)
  })
})
