import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { DEFAULT_WORKFLOW, REVIEWED_WORKFLOW } from '../../../src/core/events-lib.js'
import { type Config, readConfig } from '../../../src/core/workspace/config.js'
import { errorOf } from '../../support/kitty-error.js'
import { tempFolder } from '../../support/temp-folder.js'

function reading(content: unknown): () => Config {
  const configFile = join(tempFolder(), 'config.json')
  writeFileSync(configFile, typeof content === 'string' ? content : JSON.stringify(content))
  return () => readConfig({ root: dirname(configFile), configFile })
}

const TWO_LANES = {
  name: 'two',
  lanes: ['todo', 'finished'],
  done: ['finished'],
  moves: { todo: [{ to: 'finished' }] },
}

describe('readConfig', () => {
  it('has a default for everything, without a file and with an empty one', () => {
    const defaults = {
      workflow: DEFAULT_WORKFLOW,
      merge: { status: 'last_writer_wins' },
      errors: { track: false },
    }
    const root = tempFolder()
    expect(readConfig({ root, configFile: join(root, 'config.json') })).toMatchObject(defaults)
    expect(reading({})()).toMatchObject(defaults)
    expect(reading({ merge: {}, errors: {} })()).toMatchObject(defaults)
  })

  it('knows the built-in workflows by name and takes a table as it is', () => {
    expect(reading({ workflow: 'default' })().workflow).toBe(DEFAULT_WORKFLOW)
    expect(reading({ workflow: 'reviewed' })().workflow).toBe(REVIEWED_WORKFLOW)
    expect(reading({ workflow: TWO_LANES })().workflow).toMatchObject({
      initial: 'todo',
      lanes: TWO_LANES.lanes,
    })
    expect(
      reading({ workflow: JSON.parse(JSON.stringify(REVIEWED_WORKFLOW)) as unknown })().workflow,
    ).toEqual(REVIEWED_WORKFLOW)
  })

  it('reads the merge rule, tracked errors, and a file that begins with a byte-order mark', () => {
    expect(reading({ merge: { status: 'priority' }, errors: { track: true } })()).toMatchObject({
      merge: { status: 'priority' },
      errors: { track: true },
    })
    expect(reading('\uFEFF{"errors": {"track": true}}')().errors.track).toBe(true)
  })

  it("takes a plugin's guard unseen, since the plugin may be installed later", () => {
    const moves = { todo: [{ to: 'finished', requires: ['x.moon.full_moon'] }] }
    expect(reading({ workflow: { ...TWO_LANES, moves } })().workflow.moves).toEqual(moves)
  })

  it.each([
    ['a list', [], 'must be an object'],
    ['half a document', '{"workflow": ', 'is not JSON'],
    ['an unknown key', { colour: 'red' }, 'colour: is no setting'],
    ['a key of Object.prototype', '{"__proto__": 1}', '__proto__: is no setting'],
    ['an unknown workflow', { workflow: 'constructor' }, 'workflow: "constructor" is no built-in workflow'],
    ['a workflow that is a number', { workflow: 7 }, 'workflow: a workflow must be an object'],
    [
      'a move to nowhere',
      { workflow: { ...TWO_LANES, moves: { todo: [{ to: 'x' }] } } },
      'workflow.moves.todo[0].to: "x"',
    ],
    [
      'an unknown guard',
      { workflow: { ...TWO_LANES, conditions: ['full_moon'] } },
      'workflow.conditions[0]: "full_moon"',
    ],
    ['an unknown merge rule', { merge: { status: 'first' } }, 'merge.status: must be one of'],
    ['an unknown key below', { merge: { tags: 'x' } }, 'merge.tags: is no setting'],
    ['tracking that is no boolean', { errors: { track: 'yes' } }, 'errors.track: must be true or false'],
    ['a section that is no object', { errors: true }, 'errors: must be an object'],
  ])('refuses %s with file, place and reason', (_what, content, reason) => {
    const error = errorOf(reading(content))
    expect(error).toMatchObject({ kind: 'BadConfig', exitCode: 5 })
    expect(error.message).toContain('config.json: ')
    expect(error.message).toContain(reason)
    expect(error.nextSteps).not.toEqual([])
  })

  it('names every fault in one message', () => {
    const { context } = errorOf(reading({ merge: { status: 1 }, errors: { track: 1 } }))
    expect(context['problems']).toMatchObject([{ path: 'merge.status' }, { path: 'errors.track' }])
  })

  it('names a file that is too large once', () => {
    const { message } = errorOf(reading(' '.repeat(70_000)))
    expect(message).toMatch(/^\S+config\.json: is larger than 64 KiB: shorten it$/)
  })

  it('refuses a directory in its place', () => {
    const configFile = join(tempFolder(), 'config.json')
    mkdirSync(configFile)
    expect(errorOf(() => readConfig({ root: dirname(configFile), configFile })).message).toContain(
      'is not a regular file',
    )
  })
})
