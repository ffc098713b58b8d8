import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { noteLine } from '../support/events.js'
import {
  commandSource,
  definitionSource,
  lines,
  PluginHome,
  WITH_DEFINITION,
} from '../support/plugin-home.js'
import { PROGRAM } from '../support/program.js'
import { TempRepository } from '../support/temp-repository.js'

const NOTE = `const [text] = this.argv
    await this.eventStore.emit([{ event_type: 'NoteAdded', entity_id: 'WP01', entity_type: 'WorkPackage', payload: { feature_slug: '001-login', text } }], { actor: 'ada', causationId: null, correlationId: null })
    this.show(() => 'wrote ' + text)
    return this.document({ text })`

interface Fixture {
  readonly home: PluginHome
  readonly repository: TempRepository
  note(text: string, ...more: string[]): { code: number | null; stdout: string; stderr: string }
  /** What the hook was told, text by text. */
  told(): string[]
}

/** A plugin with a command that writes a note, and hooks whose sources are given. */
function hooked(hooks: string): Fixture {
  const home = new PluginHome()
  home.add(
    'kitty-plugin-teller',
    {
      'plugin.js': definitionSource('teller', { hooks }),
      'commands/jot.js': commandSource(NOTE, 'static strict = false'),
    },
    WITH_DEFINITION,
  )
  const repository = new TempRepository()
  repository.initKitty()
  return {
    home,
    repository,
    note: (...args) => home.kitty(repository.root, 'jot', ...args),
    told: () => lines(join(repository.root, 'told')),
  }
}

const TELL = `for (const event of events) appendFileSync(join(root, 'told'), event.payload.text + '\\n')`
const tell = (options = '', before = ''): string =>
  `[{ name: 'tell', ${options} async handle(events, { root, resolve }) { ${before}; ${TELL} } }]`

describe('a hook after events were written', () => {
  it('is told of each event once, in order, and from its first run on only', () => {
    const { home, repository, note, told } = hooked(tell())
    home.kitty(repository.root, 'init')
    repository.write('.kittify/events/2026-11-22.jsonl', noteLine(1) + noteLine(2))
    expect(note('first')).toMatchObject({ code: 0, stdout: 'wrote first\n' })
    note('second')
    expect(told()).toEqual(['first', 'second'])
  })

  it('is told of what was written while not even its cursor could be', () => {
    const { home, repository, note, told } = hooked(
      `[...${tell()}, { name: 'other', handle(events, { root }) { appendFileSync(join(root, 'other'), events.length + '\\n') } }]`,
    )
    repository.write('.kittify/events/2026-11-22.jsonl', noteLine(1))
    const inTheWay = join(repository.root, '.git/kitty/hooks/teller/tell')
    repository.write('.git/kitty/hooks/teller/tell', 'a file')
    for (const text of ['first', 'second'])
      expect(note(text)).toMatchObject({
        code: 0,
        stderr: expect.stringContaining('The hook tell of the plugin teller failed') as string,
      })
    rmSync(inTheWay)
    repository.write(
      '.kittify/events/2026-11-23.jsonl',
      noteLine(2, { timestamp: '2026-11-23T09:30:00.000Z' }),
    )
    expect(note('third').stderr).toBe('')
    note('fourth')
    expect(told()).toEqual(['first', 'second', 'third', 'fourth'])
    expect(lines(join(repository.root, 'other'))).toEqual(['1', '1', '2', '1'])
    expect(readFileSync(join(repository.root, '.git/kitty/hooks-untold'), 'utf8')).toBe('')
    expect(home.kitty(repository.root, 'status').code).toBe(0)
  })

  it('is told of the whole history where it asks for it', () => {
    const { repository, note, told } = hooked(tell(`from: 'start',`))
    repository.write('.kittify/events/2026-11-22.jsonl', noteLine(2) + noteLine(1))
    note('third')
    expect(told()).toEqual(['note 1', 'note 2', 'third'])
  })

  it('catches up with what it missed, in order, after it failed; the failure is recorded and changes nothing', () => {
    const { home, repository, note, told } = hooked(
      tell('', `if (!existsSync(join(root, 'up'))) throw new Error('the service is down')`),
    )
    const failed = note('first')
    expect(failed).toMatchObject({ code: 0, stdout: 'wrote first\n' })
    expect(failed.stderr).toContain('The hook tell of the plugin teller failed: the service is down.')
    note('second')
    expect(told()).toEqual([])
    const [day = ''] = readdirSync(join(repository.root, '.kittify/errors'))
    expect(readFileSync(join(repository.root, '.kittify/errors', day), 'utf8')).toContain(
      '"error_type":"HookFailure"',
    )
    repository.write('up', '')
    expect(note('third').stderr).toBe('')
    expect(told()).toEqual(['first', 'second', 'third'])
    expect(home.kitty(repository.root, 'status').code).toBe(0)
  })

  it('is told of what a merge brings in between, once', () => {
    const { repository, note, told } = hooked(tell(`from: 'start',`))
    repository.write('.kittify/events/2026-11-22.jsonl', noteLine(5))
    note('mine')
    repository.write('.kittify/events/2026-11-22.jsonl', noteLine(3) + noteLine(5))
    repository.write(
      '.kittify/events/2026-11-21.jsonl',
      noteLine(4, { timestamp: '2026-11-21T09:30:00.000Z' }) + noteLine(5),
    )
    note('later')
    expect(told()).toEqual(['note 5', 'mine', 'note 3', 'note 4', 'later'])
  })

  it('tells again rather than never when its cursor is lost in the middle', () => {
    const { repository, note, told } = hooked(tell())
    note('first')
    writeFileSync(join(repository.root, '.git/kitty/hooks/teller/tell/cursor.json'), '{"files":')
    note('second')
    rmSync(join(repository.root, '.git/kitty/hooks/teller/tell/delivered'))
    writeFileSync(join(repository.root, '.git/kitty/hooks/teller/tell/cursor.json'), '{"files":null}')
    note('third')
    expect(told()).toEqual(['first', 'second', 'first', 'second', 'third'])
  })

  it.each([
    ['ends the process', 60_000, 'process.exit(9)', 'ended its thread'],
    ['never ends', 300, 'for (;;) {}', 'took longer than 300 ms'],
    [
      'fails later, on its own',
      60_000,
      `setTimeout(() => { throw new Error('stray') }); await new Promise(() => undefined)`,
      'stray',
    ],
  ])('cannot change the outcome of the command when it %s', (_name, limit, source, says) => {
    const { note } = hooked(tell(`timeout: ${limit},`, source))
    const done = note('first', '--json')
    expect(done.code).toBe(0)
    expect(JSON.parse(done.stdout)).toMatchObject({ text: 'first' })
    expect(done.stderr).toContain(says)
  })

  it('cannot print into the JSON document', () => {
    const { note, told } = hooked(tell('', `console.log('noise'); process.stdout.write('more noise')`))
    expect(JSON.parse(note('first', '--json').stdout)).toMatchObject({ text: 'first' })
    expect(told()).toEqual(['first'])
  })

  it('is told whether or not it waits until its output is written', () => {
    const print = `for (const stream of [process.stdout, process.stderr]) await new Promise((done) => stream.write('x'.repeat(1_000_000), done))`
    const { note, told } = hooked(tell('timeout: 60_000,', print))
    expect(note('first').stderr).toBe('')
    expect(told()).toEqual(['first'])
  })

  it('is told of what another process wrote and has not told yet, also with its first run', () => {
    const { home, repository, note, told } = hooked(tell())
    const inner = `${NOTE.split('\n')[1] ?? ''}
      const { spawnSync } = await import('node:child_process')
      spawnSync(process.execPath, [process.argv[1], 'jot', 'written in between'])`
    home.add('kitty-plugin-slow', {
      'commands/slowly.js': commandSource(`const [text] = this.argv; ${inner}`, 'static strict = false'),
    })
    expect(home.kitty(repository.root, 'slowly', 'written before').code).toBe(0)
    note('last')
    expect(told()).toEqual(['written before', 'written in between', 'last'])
  })

  it('is begun by a command that only reads, which says nothing where that fails', () => {
    const { home, repository, note, told } = hooked(tell())
    home.kitty(repository.root, 'status')
    repository.write('.kittify/events/2026-11-22.jsonl', noteLine(1))
    note('first')
    expect(told()).toEqual(['note 1', 'first'])
    rmSync(join(repository.root, '.git/kitty/hooks'), { recursive: true })
    writeFileSync(join(repository.root, '.git/kitty/hooks'), '')
    expect(home.kitty(repository.root, 'status')).toMatchObject({ code: 0, stderr: '' })
  })

  it('keeps a cursor of its own: one that is down holds no other back', () => {
    const { note, told } = hooked(
      `[{ name: 'down', handle() { throw new Error('down') } }, ${tell().slice(1)}`,
    )
    note('first')
    note('second')
    expect(told()).toEqual(['first', 'second'])
  })

  it('is told of what another process wrote that waited for it in vain', () => {
    const other = `if (events.some((event) => event.payload.text === 'first'))
      (await import('node:child_process')).spawnSync(process.execPath, [${JSON.stringify(PROGRAM)}, 'jot', 'second'], { cwd: root })`
    const { note, told } = hooked(tell('timeout: 60_000,', other))
    expect(note('first')).toMatchObject({ code: 0, stderr: '' })
    expect(told()).toEqual(['first', 'second'])
  })

  it('runs outside the lock: it may write, and is told of that with the next command', () => {
    const emit = `if (events.some((event) => event.payload.text === 'first')) await (await resolve(Symbol.for('kitty.EventStore.v1'))).emit([{ event_type: 'NoteAdded', entity_id: 'WP01', entity_type: 'WorkPackage', payload: { feature_slug: '001-login', text: 'echo' } }], { actor: 'hook', causationId: null, correlationId: null });`
    const { note, told } = hooked(tell('', emit))
    expect(note('first').stderr).toBe('')
    note('second')
    expect(told()).toEqual(['first', 'echo', 'second'])
  })
})
