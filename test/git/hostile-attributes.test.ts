import { join } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import { hostileAttributes } from '../../src/core/git/log-attributes.js'
import { registerMergeDrivers } from '../../src/core/git/merge-driver-config.js'
import { findWorkspace } from '../../src/core/workspace/find-workspace.js'
import type { NewEvent } from '../../src/core/events-lib.js'
import { Clone, idIn, noteDraft } from './support/clone.js'
import { tempFolder } from '../support/temp-folder.js'

const KITTYS_OWN = '.kittify/events/*.jsonl text eol=lf merge=kitty-events'

/** What the work answers where there is no git. */
async function withoutGit<T>(work: () => T): Promise<Awaited<T>> {
  vi.stubEnv('PATH', tempFolder())
  try {
    return await work()
  } finally {
    vi.unstubAllEnvs()
  }
}

function withAttributes(attributes: string, file = '.gitattributes'): Clone {
  const clone = Clone.create(tempFolder(), KITTYS_OWN)
  clone.write(file, `${attributes}\n`)
  return clone
}

function found(clone: Clone): string[] {
  const workspace = findWorkspace(clone.root, {})
  return hostileAttributes(workspace, () => ['2026-11-22.jsonl']).map(({ attribute }) => attribute)
}

describe('an attribute that harms the log', () => {
  it.each([
    ['*.jsonl working-tree-encoding=UTF-16', 'working-tree-encoding=UTF-16'],
    ['.kittify/** filter=lfs', 'filter=lfs'],
    ['[attr]quiet filter=x\n*.jsonl quiet', 'filter=x'],
    ['"*.jsonl" filter=quoted', 'filter=quoted'],
  ])('that would have git store other bytes is refused by name: %s', async (attributes, name) => {
    const clone = withAttributes(attributes)
    await expect(clone.emit(1)).rejects.toMatchObject({
      kind: 'UnsafeSetup',
      exitCode: 5,
      message: expect.stringContaining(name) as string,
    })
    expect(clone.dayFiles()).toEqual([])
    expect(await clone.ids()).toEqual([])
  })

  it.each(['.kittify/.gitattributes', '.kittify/events/.gitattributes', '.git/info/attributes'])(
    'is found in %s',
    async (file) => {
      await expect(withAttributes('*.jsonl filter=lfs', file).emit(1)).rejects.toMatchObject({
        kind: 'UnsafeSetup',
      })
    },
  )

  it('ident is refused only for an event that it would rewrite', async () => {
    const clone = withAttributes('*.jsonl ident')
    expect(await clone.emit(1)).toHaveLength(1)
    expect(clone.warnings.join()).toContain('ident')
    const draft = noteDraft()
    // A cast, since the kinds of payload are told apart by the event's type alone.
    const hostile = { ...draft, payload: { ...draft.payload, text: 'see $Id: 1 $' } } as NewEvent
    await expect(clone.emitAll([hostile])).rejects.toMatchObject({ kind: 'UnsafeSetup' })
  })

  it.each([
    ['* eol=crlf', 'eol=crlf'],
    ['*.jsonl -merge', '-merge'],
    ['*.jsonl binary', '-merge'],
  ])('that takes nothing from the log is only named: %s', async (attributes, name) => {
    const clone = withAttributes(attributes, '.kittify/.gitattributes')
    const ids = await clone.emit(2)
    expect(clone.warnings.join()).toContain(name)
    clone.commit()
    clone.git('checkout', '--quiet', '--', '.')
    expect(await clone.ids()).toEqual(ids)
  })

  it('eol=crlf makes a file that is read, and put in order by the next write', async () => {
    const clone = withAttributes('*.jsonl eol=crlf', '.kittify/.gitattributes')
    const ids = await clone.emit(2)
    clone.commit()
    clone.git('rm', '--quiet', '--cached', '.kittify/events/2026-11-22.jsonl')
    clone.git('reset', '--quiet', '--hard')
    expect(clone.rawLines()[0]).toContain('\r')
    expect(await clone.ids()).toEqual(ids)
    ids.push(...(await clone.emit(1)))
    expect(clone.rawLines().map(idIn)).toEqual(ids)
    expect(clone.rawLines().join()).not.toContain('\r')
  })
})

describe('attributes that are none of the log’s business', () => {
  it.each([
    '*.png filter=lfs diff=lfs merge=lfs -text',
    'docs/*.md ident',
    '/assets/logo.svg -merge',
    '# *.jsonl filter=x',
    'src/*.json filter=x',
  ])('cost no git process: %s', async (attributes) => {
    const clone = withAttributes(`${KITTYS_OWN}\n${attributes}`)
    registerMergeDrivers(clone.root)
    await clone.settle()
    await withoutGit(() => clone.emit(1))
    expect(clone.warnings).toEqual([])
  })

  it.each([
    `* filter=x\n.kittify/** -filter\n${KITTYS_OWN}`,
    `* eol=crlf\n${KITTYS_OWN}`,
    '*.jsonl working-tree-encoding=utf-8',
  ])('are asked of git where a pattern could fit, and believed: %j', async (attributes) => {
    const clone = withAttributes(attributes)
    expect(found(clone)).toEqual([])
    await expect(withoutGit(() => found(clone))).rejects.toMatchObject({ kind: 'MissingDependency' })
  })

  it('are looked for as far as the repository’s top where the log lies deeper', () => {
    const clone = withAttributes('*.jsonl filter=lfs')
    clone.write('deep/project/.kittify/events/.keep', '')
    const workspace = findWorkspace(clone.root, { KITTY_ROOT: join(clone.root, 'deep', 'project') })
    expect(hostileAttributes(workspace, () => ['2026-11-22.jsonl'])).toMatchObject([
      { attribute: 'filter=lfs' },
    ])
  })
})
