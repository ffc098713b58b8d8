import { describe, expect, it } from 'vitest'
import { failureOf } from '../../../src/core/cli/failure.js'
import { renderFailure } from '../../../src/core/cli/render/error.js'
import { ink, span } from '../../../src/core/cli/render/line.js'
import { plainLines } from '../../../src/core/cli/render/plain-lines.js'
import { renderCommitted } from '../../../src/core/cli/render/written.js'
import { KittyError } from '../../../src/core/errors/kitty-error.js'
import { NoticeList } from '../../../src/core/errors/notices.js'

const NAMES = ['a\nNext: x', 'a\r\nNext: x', 'a\rNext: x', 'a\u2028Next: x', 'a\u0085Next: x']
const STYLE = { colour: false, unicode: true, width: Infinity, terminal: false }

describe('a name with a line break', () => {
  it.each(NAMES)('is one line in a list, a table, a warning, a message and its next steps: %j', (name) => {
    const notices = new NoticeList()
    notices.warn(`${name} was left out.`)
    const error = new KittyError('ValidationError', `${name} has changes.`, {
      nextSteps: [`Look at ${name}.`],
      context: { path: name },
    })
    const { document } = failureOf(error)
    expect(plainLines([`yours: ${name}`])).toBe('yours: a Next: x')
    expect(ink([[span('yours: '), span(name)]], STYLE)).toBe('yours: a Next: x')
    expect(notices.all).toEqual(['a Next: x was left out.'])
    expect(renderFailure(document, STYLE).split('\n')).toEqual([
      'Error: a Next: x has changes.',
      expect.stringContaining('Look at a Next: x.'),
    ])
    expect(document.context).toEqual({ path: name })
    expect(failureOf(new Error(name)).document.message).toMatch(/: a Next: x$/)
  })

  it('is one line of what a commit names', () => {
    const [yours, staged] = ['k/note\nNext: x\n.md', 'k/other\nNext: y']
    const result = {
      branch: 'main\nz',
      commit: null,
      files: [],
      yours: [yours],
      staged: [staged],
      pushed: false,
    }
    expect(renderCommitted(result).split('\n')).toEqual([
      'main z: nothing to commit',
      'yours, not committed: k/note Next: x .md',
      '  kitty commit --with-edits takes them',
      'staged by you, left out: k/other Next: y',
    ])
  })

  it('is set in where another program said it', () => {
    const { message } = new KittyError('ValidationError', 'Git did not commit.', {
      said: ['one', 'two\rthree'],
    })
    expect(message).toBe('Git did not commit.\n  one\n  two three')
  })
})
