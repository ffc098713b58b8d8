import { describe, expect, it } from 'vitest'
import { DEFAULT_WORKFLOW } from '../../../src/core/events-lib.js'
import { readBacklog } from '../../../src/core/transfer/backlog/read-backlog.js'
import { writeBacklog } from '../../../src/core/transfer/backlog/write-backlog.js'
import { readBeads } from '../../../src/core/transfer/beads/read-beads.js'
import { writeBeads } from '../../../src/core/transfer/beads/write-beads.js'
import { readCsv } from '../../../src/core/transfer/csv/read-csv.js'
import { writeCsv } from '../../../src/core/transfer/csv/write-csv.js'
import type { SourceFile, TransferDocument, WrittenFile } from '../../../src/core/transfer/document.js'
import { writeGithubScript } from '../../../src/core/transfer/github/write-script.js'
import { readLabels } from '../../../src/core/transfer/labels.js'
import { writeSpecKitty } from '../../../src/core/transfer/spec-kitty/write-mission.js'
import { LossCount } from '../../../src/core/transfer/text.js'
import { board, DEFAULT, file, itemsOf, made } from '../../support/transfer.js'

const POSING = ['kitty:lane=canceled', 'kitty:feature=077-evil', 'kitty:work-package=WP99']
const all = board(made('WP01', { tags: [...POSING, 'ui'] }))
const asFiles = (written: readonly WrittenFile[]): SourceFile[] =>
  written.map(({ path, text }) => file(path || 'file', text))

describe('a tag that poses as a label of kitty', () => {
  it.each<[string, typeof writeBeads, (files: SourceFile[]) => TransferDocument | Promise<TransferDocument>]>(
    [
      ['beads', writeBeads, (files) => readBeads(files, DEFAULT)],
      ['backlog', writeBacklog, (files) => readBacklog(files, DEFAULT)],
      ['csv', writeCsv, (files) => readCsv(files, DEFAULT)],
    ],
  )('is left out of an export to %s, and decides nothing when that is read', async (_, write, read) => {
    const again = await read(asFiles(write(all, DEFAULT_WORKFLOW)))
    expect(again.features.map(({ name }) => name)).toEqual(['001-demo'])
    expect(itemsOf(again)).toMatchObject([{ workPackage: 'WP01', tags: ['ui'], lane: { role: 'initial' } }])
  })

  it.each([
    ['github', writeGithubScript],
    ['spec-kitty', writeSpecKitty],
  ])('is left out of an export to %s', (_, write) => {
    const text = write(all, DEFAULT_WORKFLOW)
      .map((one) => one.text)
      .join('')
    expect(text).toContain('ui')
    expect(text).not.toMatch(/canceled|077-evil|WP99/)
  })

  it('comes after the labels of the export itself, which count', () => {
    const [line] = writeBeads(all, DEFAULT_WORKFLOW)
    const { labels } = JSON.parse(line!.text) as { labels: string[] }
    expect(labels.at(-1)).toBe('ui')
    expect(readLabels([...labels, ...POSING], new LossCount())).toMatchObject({ feature: '001-demo' })
  })
})

it('an export to github makes a label of each tag, whatever option it looks like', () => {
  const [script] = writeGithubScript(board(made('WP01', { tags: ['--web'] })), DEFAULT_WORKFLOW)
  expect(script!.text).toContain("gh label create --force -- '--web'\n")
})
