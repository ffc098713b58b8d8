import { describe, expect, it } from 'vitest'
import { replaceHidden, withoutInvisible } from '../../../src/core/errors/invisible.js'
import { stripControl } from '../../../src/core/cli/render/strip-control.js'
import { resolveActor } from '../../../src/core/workspace/actor.js'
import { errorOf } from '../../support/kitty-error.js'

const shown = (text: string): string => replaceHidden(text, () => '')

describe('invisible characters', () => {
  it.each([
    ['a Persian word', 'می\u200cخواهم'],
    ['a family', '👨\u200d👩\u200d👧'],
    ['a heart in its emoji form', '❤\ufe0f'],
    ['a keycap', '1\ufe0f\u20e3'],
    ['England’s flag', '\u{1f3f4}\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}'],
    ['a flag and a couple', '🏴\u200d☠\ufe0f 👩🏽\u200d❤\ufe0f\u200d👨'],
    ['text with accents', 'Jürgen, naïve, Ångström\n\tnext'],
  ])('stay where they have a meaning: %s', (_, text) => {
    expect(shown(text)).toBe(text)
    expect(stripControl(text)).toBe(text)
  })

  it.each([
    ['tag letters', 'a\u{e0041}\u{e0042}b', 'ab'],
    ['a flag that is none', '\u{1f3f4}\u{e0041}\u{e007f}b', '\u{1f3f4}b'],
    ['zero width', 'a\u200bb\u2060c\ufeffd', 'abcd'],
    ['joiners between Latin letters', 'ad\u200dmin\u200c!', 'admin!'],
    ['a variation selector on a letter', 'a\ufe0fb\ufe01', 'ab'],
    ['bidi controls', 'a\u202eb\u2066c', 'abc'],
    ['line separators', 'a\u2028b', 'ab'],
    ['a soft hyphen and fillers', 'a\u00adb\u3164c\u115f', 'abc'],
  ])('go where they have none: %s', (_, text, clean) => {
    expect(shown(text)).toBe(clean)
    expect(stripControl(text)).toBe(clean)
    expect(withoutInvisible(text)).not.toMatch(/[\u200b-\u200f\ufe0f]/)
  })

  it('are refused in an actor that is typed, and cleaned from a name that git gives', () => {
    const clues = { env: {}, gitUserName: () => 'ad\u200ba', osUser: () => undefined }
    expect(errorOf(() => resolveActor({ ...clues, flag: 'ad\u200ba' }))).toMatchObject({ kind: 'UsageError' })
    expect(errorOf(() => resolveActor({ ...clues, env: { KITTY_ACTOR: 'a\u{e0041}' } }))).toMatchObject({
      kind: 'UsageError',
    })
    expect(resolveActor(clues)).toBe('ada')
  })

  it('do not make two actors of one name', () => {
    const clues = { env: {}, gitUserName: () => undefined, osUser: () => undefined }
    expect(resolveActor({ ...clues, flag: 'Jürgen'.normalize('NFD') })).toBe('Jürgen'.normalize('NFC'))
  })
})
