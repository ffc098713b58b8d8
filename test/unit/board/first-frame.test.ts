import { setImmediate as turn } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { BoardDesk } from '../../../src/core/cli/board/board-desk.js'
import { BoardScreen, type BoardTerminal } from '../../../src/core/cli/board/board-screen.js'
import type { Style } from '../../../src/core/cli/style.js'
import { Project, FEATURE } from '../../support/project.js'
import { inProcess } from '../../support/session.js'

const STYLE: Style = { colour: false, unicode: true, width: 120, terminal: true }

/** A terminal of 120×20 that keeps every picture. */
class Pictures implements BoardTerminal {
  readonly shown: string[] = []
  readonly output = {
    rows: 20,
    write: (text: string) => text.includes('\u001b[H') && this.shown.push(text),
    on: () => undefined,
    off: () => undefined,
  }
  readonly input = {
    resume: () => undefined,
    pause: () => undefined,
    on: () => undefined,
    off: () => undefined,
  }
  style = () => STYLE
  now = () => new Date('2026-11-22T12:00:00Z')
  clean = (text: string) => text
  quit = () => undefined
  interrupt = () => undefined
}

async function opened(demo: Project): Promise<BoardDesk> {
  const { service } = await inProcess({ cwd: demo.root })
  return service(BoardDesk)
}

describe('the first frame of the board', () => {
  it('shows the packages from the log, and says that their files were not compared', async () => {
    const demo = await new Project().withPackages({ WP01: {}, WP02: {} })
    demo.write(`kitty-specs/${FEATURE}/tasks/WP07-new.md`, '---\ntitle: New\n---\n')
    const desk = await opened(demo)
    const { board } = await desk.look(undefined, 'glance')
    expect(board.not_compared).toBe(2)
    expect(board.features[0]?.lanes['planned']?.map((one) => one.work_package)).toEqual(['WP01', 'WP02'])
    const whole = (await desk.look(undefined)).board
    expect(whole.not_compared).toBe(0)
    expect(whole.features[0]?.lanes['planned']?.map((one) => one.work_package)).toEqual([
      'WP01',
      'WP02',
      'WP07',
    ])
  })

  it('is drawn before any file is read; the files follow in the next frame', async () => {
    const demo = await new Project().withPackages({ WP01: {}, WP02: {} })
    demo.write(`kitty-specs/${FEATURE}/tasks/WP07-new.md`, '---\ntitle: New\n---\n')
    const desk = await opened(demo)
    const terminal = new Pictures()
    const asked: string[] = []
    const end = new AbortController()
    const screen = new BoardScreen(
      {
        look: async (feature, how) => {
          asked.push(`${how ?? 'view'} after ${terminal.shown.length}`)
          return desk.look(feature, how)
        },
        open: async (key) => desk.open(key),
        write: async (ask) => desk.write(ask),
        changes: () => desk.changes(),
      },
      undefined,
      terminal,
    )
    const shown = screen.run(end.signal)
    while (terminal.shown.length < 2) await turn()
    end.abort()
    await shown
    expect(asked).toEqual(['glance after 0', 'view after 1'])
    expect(terminal.shown[0]).toContain('WP02')
    expect(terminal.shown[0]).toContain('2 files not compared')
    expect(terminal.shown[0]).not.toContain('WP07')
    expect(terminal.shown[1]).toContain('WP07')
    expect(terminal.shown[1]).not.toContain('not compared')
  })
})
