import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { MoveTask } from '../../src/core/services/moves/move-task.js'
import { BY_ADA, inProcess } from '../support/session.js'
import { preparedRepository } from '../support/prepared-repository.js'
import { kitty, PROGRAM } from '../support/program.js'
import type { TempRepository } from '../support/temp-repository.js'
import { hasTmux, TmuxTerminal } from '../support/tmux.js'

const FEATURE = '001-login'
const canTmux = process.platform !== 'win32' && hasTmux()
if (!canTmux) process.stderr.write('skipped: no tmux to show the board in\n')

const open: TmuxTerminal[] = []
afterEach(() => {
  for (const terminal of open.splice(0)) terminal.close()
})

async function repository(): Promise<TempRepository> {
  return preparedRepository({
    [FEATURE]: [
      { id: 'WP01', subtasks: ['T001', 'T002'] },
      { id: 'WP02' },
      { id: 'WP03', dependencies: ['WP01'] },
    ],
  })
}

/** A shell that is ready to start the board and to say, after it, how it ended and what the terminal's modes are. */
function shell(root: string, size: readonly [number, number], env: Readonly<Record<string, string>> = {}) {
  const script = join(root, '.git/board.sh')
  const run = `sh -c 'echo $$ > ${root}/.git/pid; exec "${process.execPath}" "${PROGRAM}" board'`
  writeFileSync(script, `stty -g > .git/before\n${run}\necho "code $?"\nstty -g > .git/after\necho over\n`)
  const terminal = new TmuxTerminal(root, size, { KITTY_ACTOR: 'ada', PS1: '$ ', ...env })
  open.push(terminal)
  terminal.type(`. ${script}`)
  terminal.keys('Enter')
  return terminal
}

async function expectRestored(terminal: TmuxTerminal, root: string, code: number): Promise<void> {
  await terminal.seen(new RegExp(`code ${code}\\s+over`))
  expect(terminal.modes()).toEqual({ alternate: false, cursor: true })
  expect(readFileSync(join(root, '.git/after'), 'utf8')).toBe(readFileSync(join(root, '.git/before'), 'utf8'))
}

describe('kitty board', () => {
  it('is refused where there is no terminal, and answers a program with one document', async () => {
    const { root } = await repository()
    const refused = await kitty({ cwd: root }, 'board')
    expect(refused).toMatchObject({ code: 2, stdout: '' })
    expect(refused.stderr).toContain('The board needs a terminal')
    expect(refused.stderr).toContain('kitty status')
    const { code, stdout } = await kitty({ cwd: root }, 'board', '--json')
    expect(code).toBe(2)
    expect(JSON.parse(stdout)).toMatchObject({ error: { kind: 'UsageError' } })
  })

  it.runIf(canTmux)('moves, ticks and notes by keys, and shows what others write, at any size', async () => {
    const { root } = await repository()
    const terminal = shell(root, [80, 24])
    await terminal.seen(/› WP01 Part WP01/)
    terminal.keys('m', '1')
    await terminal.seen(/WP01 is in doing/)
    terminal.keys('t')
    await terminal.seen(/Subtasks 0\/2/)
    terminal.keys('Down', 'Space')
    await terminal.seen(/Subtasks 1\/2[^]*\[✓\] T002/)
    terminal.keys('Escape')
    await terminal.seen(/esc back/)
    terminal.keys('n')
    terminal.type('ask grace; q')
    terminal.keys('Enter')
    await terminal.seen(/ask grace; q/)
    terminal.keys('q')
    await terminal.seen(/› WP01 Part WP01/)
    terminal.keys('h', 'j')
    await terminal.seen(/› WP03/)
    const { service, store } = await inProcess({ cwd: root })
    await (
      await service(MoveTask)
    ).move({
      feature: FEATURE,
      workPackage: 'WP02',
      to: 'doing',
      force: false,
      provenance: { ...BY_ADA, actor: 'grace' },
    })
    await store.close()
    await terminal.seen(/● grace/)
    terminal.resize(250, 60)
    await terminal.seen(/planned 1 .*doing 2 .*for review 0 .*done 0 .*rejected 0 .*canceled 0/)
    // WP03 waits for WP01: refused, with the reason.
    terminal.keys('c')
    await terminal.seen(/WP03 depends on WP01/)
    terminal.keys('q')
    await expectRestored(terminal, root, 0)
  })

  it.runIf(canTmux).each([
    ['SIGTERM', 143],
    ['SIGHUP', 129],
    ['SIGQUIT', 131],
    ['C-c', 130],
  ])('leaves the terminal as it was after %s', async (how, code) => {
    const { root } = await repository()
    const terminal = shell(root, [80, 24])
    await terminal.seen(/› WP01/)
    expect(terminal.modes()).toEqual({ alternate: true, cursor: false })
    if (how === 'C-c') terminal.keys(how)
    else process.kill(Number(readFileSync(join(root, '.git/pid'), 'utf8')), how)
    await expectRestored(terminal, root, code)
  })

  it.runIf(canTmux)('leaves the terminal as it was after an exception that no one catches', async () => {
    const { root } = await repository()
    const bomb = join(root, '.git/bomb.cjs')
    writeFileSync(bomb, `process.on('SIGUSR2', () => { throw new Error('an exception') })`)
    const terminal = shell(root, [80, 24], { NODE_OPTIONS: `--require ${bomb}` })
    await terminal.seen(/› WP01/)
    process.kill(Number(readFileSync(join(root, '.git/pid'), 'utf8')), 'SIGUSR2')
    const screen = await terminal.seen(/over/)
    expect(screen).toMatch(/code [1-9]/)
    expect(terminal.modes()).toEqual({ alternate: false, cursor: true })
    expect(readFileSync(join(root, '.git/after'), 'utf8')).toBe(
      readFileSync(join(root, '.git/before'), 'utf8'),
    )
  })

  it.runIf(canTmux)('stops on Ctrl-Z with the terminal restored, and continues where it was', async () => {
    const { root } = await repository()
    const terminal = new TmuxTerminal(root, [80, 24], { KITTY_ACTOR: 'ada', PS1: '$ ' })
    open.push(terminal)
    terminal.type(`"${process.execPath}" "${PROGRAM}" board`)
    terminal.keys('Enter')
    await terminal.seen(/› WP01/)
    terminal.keys('j')
    await terminal.seen(/› WP02/)
    terminal.keys('C-z')
    await terminal.seen(/Stopped/)
    expect(terminal.modes()).toEqual({ alternate: false, cursor: true })
    terminal.keys('fg', 'Enter')
    await terminal.seen(/› WP02/)
    terminal.keys('q')
    // The shell's screen is back.
    await terminal.seen(/Stopped/)
    expect(terminal.modes()).toEqual({ alternate: false, cursor: true })
  })
})
