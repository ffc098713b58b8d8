import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { renderBoard } from '../../../src/core/cli/render/board.js'
import { displayWidth } from '../../../src/core/cli/render/text.js'
import {
  crowded,
  FINISHED,
  hostileFeature,
  MIDWAY,
  onTerminal,
  PIPED,
  feature,
  workPackage,
} from './documents.js'

function board(style = onTerminal(80), ...features: Parameters<typeof renderBoard>[0]['features']): string {
  return renderBoard({ features, not_compared: 0 }, style)
}

describe('the board looks as agreed', () => {
  const waiting = feature('030-next', 'What comes next', [])
  it.each([
    ['at 80 columns', 'board-80.txt', onTerminal(80), [MIDWAY, FINISHED, waiting]],
    ['at 200 columns', 'board-200.txt', onTerminal(200), [MIDWAY, FINISHED, waiting]],
    ['at 50 columns, lanes one below the other', 'board-50.txt', onTerminal(50), [MIDWAY]],
    [
      'with forty work packages at 80 columns',
      'board-forty-80.txt',
      onTerminal(80),
      [crowded('040-large', 40)],
    ],
    [
      'with forty work packages at 200 columns',
      'board-forty-200.txt',
      onTerminal(200),
      [crowded('040-large', 40)],
    ],
    [
      'with four hundred in ten features',
      'board-many-80.txt',
      onTerminal(80),
      Array.from({ length: 10 }, (_, at) => crowded(`${100 + at}-feature-with-a-long-name`, 40)),
    ],
    [
      'in ASCII',
      'board-ascii.txt',
      onTerminal(80, false),
      [{ ...MIDWAY, lanes: { ...MIDWAY.lanes, planned: [] } }],
    ],
    ['piped', 'board-piped.txt', PIPED, [MIDWAY, FINISHED, waiting]],
    ['empty', 'board-empty.txt', onTerminal(80), []],
  ])('%s', async (_name, file, style, features) => {
    await expect(`${board(style, ...features)}\n`).toMatchFileSnapshot(`golden/${file}`)
  })
})

describe('the board tells', () => {
  it('a finished feature in one line, and all of it when it alone is asked for', () => {
    const lines = board(onTerminal(80), MIDWAY, FINISHED)
      .split('\n')
      .filter((line) => line.includes('002-pypi-release'))
    expect(lines).toEqual([expect.stringContaining('✓ Lightweight PyPI Release Workflow')])
    expect(board(onTerminal(80), FINISHED)).toContain('done 1')
  })

  it('the last ten of many finished features, and how many more there are', () => {
    const finished = Array.from({ length: 14 }, (_, at) => ({
      ...FINISHED,
      feature: `1${String(at).padStart(2, '0')}-done`,
    }))
    const text = board(onTerminal(80), ...finished)
    expect(text).toContain('113-done')
    expect(text).not.toContain('103-done')
    expect(text).toContain('and 4 more')
  })

  it('what to type when there is nothing yet', () => {
    expect(board(PIPED)).toContain('kitty agent feature setup-spec')
    expect(board(onTerminal(80), feature('001-a', 'A', []))).toContain(
      "kitty new 'What it does' --feature 001-a",
    )
  })

  it('how to see the lanes it left out, by slug where a number is not unique', () => {
    const many = ['101-a', '102-b', '103-c', '104-d'].map((slug) => crowded(slug, 8))
    expect(board(onTerminal(80), ...many)).toContain('kitty status --feature 101\n'.trim())
    expect(board(onTerminal(80), ...many, crowded('101-twin', 8))).toContain('kitty status --feature 101-a')
  })

  it('both sides of a conflict, whose they are, which wins and why, on a terminal and piped', () => {
    for (const style of [onTerminal(80), PIPED]) {
      const lines = board(style, MIDWAY).split('\n')
      expect(lines.filter((line) => /WP04.*last.writer.wins/.test(line))).toHaveLength(1)
      expect(lines.filter((line) => /planned by Robert Ågren.*wins/.test(line))).toHaveLength(1)
      expect(lines.filter((line) => /for_review by claude/.test(line))).toHaveLength(1)
    }
  })

  it('one package a line when piped, every fact of it whole', () => {
    const title = 'A title '.repeat(40).trim()
    const lines = board(
      PIPED,
      feature('001-a', 'A', [workPackage('WP01', { title, blocked_by: ['WP02', 'WP03'] })]),
    ).split('\n')
    expect(lines.filter((line) => line.startsWith('package  001-a  WP01  planned  '))).toEqual([
      expect.stringContaining(`${title}  blocked by WP02,WP03`),
    ])
  })
})

describe('laws of the board', () => {
  const features = fc.array(hostileFeature, { minLength: 1, maxLength: 6 })

  it('no line but one with a command to paste is wider than the terminal, whatever is on it', () => {
    fc.assert(
      fc.property(features, fc.integer({ min: 20, max: 220 }), fc.boolean(), (all, width, unicode) => {
        const lines = board(onTerminal(width, unicode), ...all).split('\n')
        for (const line of lines.filter((one) => !one.includes(': kitty ')))
          expect(displayWidth(line)).toBeLessThanOrEqual(width)
      }),
    )
  })

  it('no control byte passes, on a terminal and piped, and colour adds its own sequences alone', () => {
    fc.assert(
      fc.property(features, fc.boolean(), fc.boolean(), (all, colour, terminal) => {
        const style = { ...onTerminal(100), colour, terminal }
        const text = board(style, ...all)
        const plain = text.replaceAll(/\u001b\[(?:1|2|22|3[1-6]|39)m/g, '')
        expect(plain).not.toMatch(
          /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]|[\ud800-\udbff](?![\udc00-\udfff])/,
        )
        expect(plain).toBe(board({ ...style, colour: false }, ...all))
      }),
    )
  })

  it('every work package of a feature shown alone is on it', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 40, max: 200 }), (count, width) => {
        const text = board(onTerminal(width), crowded('001-a', count))
        for (let at = 1; at <= count; at++) expect(text).toContain(`WP${String(at).padStart(2, '0')}`)
      }),
    )
  })
})
