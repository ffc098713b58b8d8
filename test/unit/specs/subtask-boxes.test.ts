import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { listFeatures } from '../../../src/core/specs/features.js'
import { setBoxes } from '../../../src/core/specs/subtask-boxes.js'
import { sharedSpecsDir } from './shared-specs.js'

const specsDir = sharedSpecsDir()

function ticked(text: string, ...ids: string[]): string {
  return setBoxes(Buffer.from(text), ids, true).bytes.toString()
}

describe('ticking a subtask', () => {
  it.each([
    ['- [ ] T001 Write it', '- [x] T001 Write it'],
    ['- [ ] **T001**: Write it', '- [x] **T001**: Write it'],
    ['* [ ] `T001` [P] Write it', '* [x] `T001` [P] Write it'],
    ['   - [ ] T001: Write it', '   - [x] T001: Write it'],
    ['1. [ ] T001', '1. [x] T001'],
    ['\t+ [ ]  T001 - é\r', '\t+ [x]  T001 - é\r'],
  ])('changes one byte of %j', (before, after) => {
    expect(ticked(`a\n${before}\nb`, 'T001')).toBe(`a\n${after}\nb`)
  })

  it.each([
    '- [ ] T0011 x',
    '- [ ] T001A x',
    '- [ ] T001-x',
    '- [ ] do T001',
    'T001',
    '- [] T001',
    '- [~] T001',
    '| T001 | [ ] |',
    '-[ ] T001',
  ])('leaves %j alone', (line) => {
    expect(setBoxes(Buffer.from(line), ['T001'], true)).toMatchObject({ changed: false, found: [] })
  })

  it('finds a subtask by the ID that kitty made for it, with its sentence or without', () => {
    for (const line of ['- [ ] s-ABCDEFGH: Write it', '- [ ] s-0BCDEFGH', '- [ ] s-ABCDEFGH Write it'])
      expect(ticked(line, line.slice(6, 16))).toBe(line.replace('[ ]', '[x]'))
  })

  it('leaves examples in fenced code and front matter alone', () => {
    const text =
      '---\nx: |\n  - [ ] T001 a\n---\n````md\n- [ ] T001 b\n```\n- [ ] T001 c\n````\n- [ ] T001 d\n'
    expect(ticked(text, 'T001')).toBe(text.replace('[ ] T001 d', '[x] T001 d'))
  })

  it('can be undone, and finds a box that is already as asked', () => {
    const before = Buffer.from('- [ ] T001 a\r\n- [X] T002 b')
    const first = setBoxes(before, ['T002', 'T001', 'T003'], true)
    expect(first).toMatchObject({ changed: true, found: ['T002', 'T001'] })
    expect(first.bytes.toString()).toBe('- [x] T001 a\r\n- [X] T002 b')
    expect(setBoxes(first.bytes, ['T001', 'T002'], true)).toMatchObject({
      changed: false,
      found: ['T001', 'T002'],
    })
    expect(setBoxes(first.bytes, ['T001'], false).bytes.equals(before)).toBe(true)
  })
})

describe.skipIf(specsDir === undefined)('real task lists', () => {
  it('show every box they have, and change in nothing but the marks', () => {
    let boxes = 0
    for (const slug of specsDir === undefined ? [] : listFeatures(specsDir)) {
      const before = readFileSync(join(specsDir ?? '', slug, 'tasks.md'))
      const ids = [...new Set(before.toString().match(/\bT\d{3}[A-Z]?\b/g))]
      const cleared = setBoxes(setBoxes(before, ids, true).bytes, ids, false)
      boxes += cleared.found.length
      const blank = (bytes: Buffer) =>
        bytes.toString().replaceAll(/^(\s*- \[)[xX](\] [*`]*T\d{3})/gm, '$1 $2')
      expect(cleared.bytes.toString()).toBe(blank(before))
    }
    expect(boxes).toBeGreaterThan(400)
  })
})
