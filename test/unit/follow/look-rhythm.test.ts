import { describe, expect, it } from 'vitest'
import { LookRhythm } from '../../../src/core/follow/look-rhythm.js'

describe('how often the files are looked at', () => {
  it('is seldom while the watcher reports every change', () => {
    const rhythm = new LookRhythm(true)
    for (let change = 0; change < 3; change += 1) {
      rhythm.told()
      rhythm.looks()
      rhythm.found(true)
    }
    expect(rhythm.pollMs).toBe(1_000)
  })

  it('is often where nothing is watched, and after the watcher has failed', () => {
    expect(new LookRhythm(false).pollMs).toBe(250)
    const rhythm = new LookRhythm(true)
    rhythm.lost()
    expect(rhythm.pollMs).toBe(250)
  })

  it('is often once a change was found that the watcher missed', () => {
    const rhythm = new LookRhythm(true)
    rhythm.looks()
    rhythm.found(false)
    rhythm.looks()
    rhythm.told()
    expect(rhythm.pollMs).toBe(250)
  })

  it('is seldom again when the report of that change was only late', () => {
    const rhythm = new LookRhythm(true)
    rhythm.looks()
    rhythm.found(false)
    rhythm.told()
    expect(rhythm.pollMs).toBe(1_000)
  })
})
