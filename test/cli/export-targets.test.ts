import { lstatSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { project } from '../support/kitty.js'
import { documentOf, failureIn, kitty } from '../support/program.js'

describe('an export', () => {
  let root: string
  let events: string
  beforeEach(async () => {
    root = await project()
    events = (await kitty({ cwd: root }, 'export', 'jsonl')).stdout
  })

  it('goes to stdout for -, like any other tool', async () => {
    for (const format of ['jsonl', 'csv', 'markdown']) {
      const plain = await kitty({ cwd: root }, 'export', format)
      expect(plain.stdout.length, format).toBeGreaterThan(0)
      expect(await kitty({ cwd: root }, 'export', format, '--out', '-'), format).toEqual(plain)
    }
    expect(readdirSync(root)).not.toContain('-')
  })

  it('of the events to a file has the bytes of stdout, and leaves nothing next to it', async () => {
    const folder = join(root, 'out', 'deep')
    const answer = await kitty({ cwd: root }, 'export', 'jsonl', '--out', 'out/deep/events.jsonl', '--json')
    const path = join(folder, 'events.jsonl')
    expect(documentOf(answer)).toMatchObject({ format: 'jsonl', path, text: null })
    expect(readFileSync(path, 'utf8')).toBe(events)
    expect(readdirSync(folder)).toEqual(['events.jsonl'])
  })

  it('that cannot be written leaves the old file, and nothing next to it', async () => {
    const folder = join(root, 'taken')
    mkdirSync(join(folder, 'events.jsonl'), { recursive: true })
    writeFileSync(join(folder, 'events.jsonl', 'kept'), 'kept')
    const refused = await kitty({ cwd: root }, 'export', 'jsonl', '--out', 'taken/events.jsonl', '--json')
    expect(failureIn(refused).kind).toBe('UnsafeSetup')
    expect(lstatSync(join(folder, 'events.jsonl')).isDirectory()).toBe(true)
    expect(readdirSync(folder)).toEqual(['events.jsonl'])
  })

  it('that is a folder of files says so for -', async () => {
    const refused = await kitty({ cwd: root }, 'export', 'backlog', '--out', '-', '--json')
    expect(failureIn(refused)).toMatchObject({
      kind: 'UsageError',
      message: 'An export to backlog is a folder of files.',
    })
  })
})
