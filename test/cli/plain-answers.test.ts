import { describe, expect, it } from 'vitest'
import { preparedRepository } from '../support/prepared-repository.js'
import { documentOf, failureIn, kitty } from '../support/program.js'
import { tempFolder } from '../support/temp-folder.js'
import { TempRepository } from '../support/temp-repository.js'

const LOGIN = [
  { id: 'WP01', subtasks: ['T001'] },
  { id: 'WP02', subtasks: ['T002'] },
]
const TWO_STEP = {
  name: 'two-step',
  lanes: ['todo', 'doing', 'finished'],
  done: ['finished'],
  moves: { todo: [{ to: 'doing' }], doing: [{ to: 'finished' }] },
}

describe('an answer', () => {
  it('about subtasks names the package that was asked for, and what became of the others', async () => {
    const { root } = await preparedRepository({ '001-login': LOGIN })
    const message = async (...words: string[]) =>
      failureIn(await kitty({ cwd: root }, ...words, '--json')).message
    expect(await message('tick', 'WP01', 'T001', 'T002')).toBe('WP01 has no subtask T002. Now done: T001.')
    expect(await message('untick', 'WP01', 'T001', 'T002')).toBe(
      'WP01 has no subtask T002. Now pending: T001.',
    )
  })

  it('to an unknown feature lists the features, whether a flag, an argument or a package named it', async () => {
    const { root } = await preparedRepository({ '001-login': LOGIN })
    for (const words of [
      ['accept', '009'],
      ['sync', '009'],
      ['show', '009/WP01'],
      ['list', '--feature', '009'],
    ]) {
      const { kind, next_steps } = failureIn(await kitty({ cwd: root }, ...words, '--json'))
      expect([words, kind, next_steps]).toEqual([
        words,
        'UnknownFeature',
        [{ text: 'There are: 001-login', argv: null }],
      ])
    }
  })

  it('to sync --take refuses a package with neither file nor event, and takes one that has only a file', async () => {
    const repository = await preparedRepository({ '001-login': LOGIN })
    const sync = async (id: string) => kitty({ cwd: repository.root }, 'sync', '--take', id, '--json')
    expect(failureIn(await sync('WP09'))).toMatchObject({ kind: 'UnknownWorkPackage' })
    repository.write(
      'kitty-specs/001-login/tasks/WP03-new.md',
      '---\nwork_package_id: WP03\ntitle: New\n---\n',
    )
    expect((await sync('WP03')).code).toBe(0)
  })

  it('to a key or a correlation that no event can hold names the flag', async () => {
    const { root } = await preparedRepository({ '001-login': LOGIN })
    for (const [flag, text] of [
      ['--idempotency-key', ''],
      ['--idempotency-key', 'a\nb'],
      ['--idempotency-key', 'constructor'],
      ['--correlation', 'x'.repeat(201)],
    ] as const) {
      const { kind, message } = failureIn(await kitty({ cwd: root }, 'claim', 'WP01', flag, text, '--json'))
      expect([kind, message]).toEqual([
        'UsageError',
        `${flag} takes 1 to 200 characters, and no control character.`,
      ])
    }
    const env = { KITTY_CORRELATION_ID: 'a\tb' }
    const failed = failureIn(await kitty({ cwd: root, env }, 'claim', 'WP01', '--json'))
    expect(failed.message).toMatch(/^KITTY_CORRELATION_ID takes/)
  })

  it('to what is empty shows that it is', async () => {
    const { root } = await preparedRepository({ '001-login': LOGIN })
    const message = async (...words: string[]) =>
      failureIn(await kitty({ cwd: root }, ...words, '--json')).message
    expect(await message('tick', 'WP01', '')).toBe('No subtask was given.')
    expect(await message('list', '--fields', 'title,,lane')).toBe('--fields has an empty name.')
  })

  it('to a text that begins with a dash says how to give it', async () => {
    const { root } = await preparedRepository({ '001-login': LOGIN })
    const { next_steps } = failureIn(await kitty({ cwd: root }, 'note', 'WP01', '-later', '--json'))
    expect(next_steps.at(-1)?.text).toBe('or put -- before an argument that begins with a dash')
    expect((await kitty({ cwd: root }, 'note', 'WP01', '--', '-later')).code).toBe(0)
  })

  it('to a mistyped command offers nothing to run that lacks an argument', async () => {
    const { root } = await preparedRepository({ '001-login': LOGIN })
    const steps = async (word: string) => failureIn(await kitty({ cwd: root }, word, '--json')).next_steps
    expect((await steps('stauts'))[0]).toEqual({ text: 'kitty status', argv: ['kitty', 'status'] })
    expect((await steps('clam'))[0]).toEqual({ text: 'kitty claim', argv: null })
  })

  it('to a flag without a command is the same with --json', async () => {
    const { root } = await preparedRepository({ '001-login': LOGIN })
    const outcome = await kitty({ cwd: root }, '--nope', '--json')
    expect([outcome.code, failureIn(outcome).message]).toEqual([2, 'There is no command "--nope".'])
    expect((await kitty({ cwd: root }, '--json')).code).toBe(0)
  })

  it('to an unknown format of an export names each that there is', async () => {
    const { root } = await preparedRepository({ '001-login': LOGIN })
    const { next_steps } = failureIn(await kitty({ cwd: root }, 'export', 'nope', '--json'))
    const named = next_steps.map(({ text }) => text.split(' ')[2])
    expect(named).toEqual(expect.arrayContaining(['jsonl', 'html', 'beads', 'markdown']))
  })

  it('counts one event as one', async () => {
    const { root } = new TempRepository()
    await kitty({ cwd: root }, 'init')
    await kitty({ cwd: root }, 'agent', 'feature', 'setup-spec', 'login')
    const { stdout } = await kitty({ cwd: root }, 'agent', 'events', 'rebuild-index')
    expect(stdout).toMatch(/^The index was built from 1 event in 1 file in /)
  })

  it('of kitty prime names the word that hands a package in, also where no lane is for reviews', async () => {
    const repository = await preparedRepository({ '001-login': LOGIN })
    const prime = async () => (await kitty({ cwd: repository.root }, 'prime')).stdout
    expect(await prime()).toContain('kitty review WP # hands it in')
    repository.write('.kittify/config.json', JSON.stringify({ workflow: TWO_STEP }))
    expect(await prime()).toContain('kitty done WP # hands it in')
  })
})

describe('what was redacted', () => {
  it('is shown with the reason, and undo says why it takes nothing back', async () => {
    const { root } = await preparedRepository({ '001-login': LOGIN })
    const run = async (...words: string[]) => kitty({ cwd: root }, ...words)
    const { event } = documentOf(await run('note', 'WP01', 'Acme Widgets', '--json'))
    const { event_id } = event as { event_id: string }
    await run('agent', 'events', 'redact', event_id, '--reason', 'names a customer')
    expect((await run('show', 'WP01')).stdout).toContain('NoteAdded redacted: names a customer')
    const { message, next_steps } = failureIn(await run('undo', '--json'))
    expect(message).toContain('which was redacted since: nothing is left to take back.')
    expect(next_steps).toHaveLength(1)
  })
})

describe('kitty init', () => {
  it('with --new-log does not say that nothing was changed', async () => {
    const { root } = await preparedRepository({ '001-login': LOGIN })
    const { stdout } = await kitty({ cwd: root }, 'init', '--new-log', '--reason', 'copied')
    expect(stdout).toMatch(/^A new log has begun\./)
  })

  it('proposes a first feature only where it sets kitty up', async () => {
    const { root } = new TempRepository()
    const next = 'Next: kitty agent feature setup-spec my-feature'
    expect((await kitty({ cwd: root }, 'init')).stdout).toContain(next)
    expect((await kitty({ cwd: root }, 'init', '--per-writer')).stdout).not.toContain(next)
  })
})

describe('kitty commit --push', () => {
  it('names the push that makes the branch follow a remote, where it follows none', async () => {
    const repository = await preparedRepository({ '001-login': LOGIN })
    const commands = async () =>
      failureIn(await kitty({ cwd: repository.root }, 'commit', '--push', '--json'))
    const branch = repository.git('branch', '--show-current').trim()
    const push = { argv: ['git', 'push', '--set-upstream', 'origin', `refs/heads/${branch}`] }
    const alone = await commands()
    expect(alone.message).not.toContain('..')
    expect(alone.next_steps).toMatchObject([{ argv: null }, push])
    const remote = tempFolder()
    repository.git('init', '--quiet', '--bare', remote)
    repository.git('remote', 'add', 'origin', remote)
    expect((await commands()).next_steps).toMatchObject([push])
    repository.git(...push.argv.slice(1))
    expect((await kitty({ cwd: repository.root }, 'commit', '--push')).code).toBe(0)
  })
})

describe('the help', () => {
  it('shows no default where there is none', async () => {
    const { root } = new TempRepository()
    for (const words of [['new'], ['edit'], ['sync'], ['agent', 'tasks', 'tag']])
      expect((await kitty({ cwd: root }, ...words, '--help')).stdout).not.toContain('[default: ]')
  })
})
