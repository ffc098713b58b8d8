import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { CodeCache } from '../../../src/bin/code-cache.js'
import { type CodePlace, codePlace } from '../../../src/bin/code-place.js'
import { POSIX } from '../../support/posix.js'
import { tempFolder } from '../../support/temp-folder.js'

const CODE = Buffer.from('compiled by V8')
const NAME = `kitty.cjs-${'0'.repeat(16)}-11-x64-status`

function place(): CodePlace {
  return { code: tempFolder(), keys: tempFolder() }
}

function written(at: CodePlace = place()): CodePlace & { readonly file: string } {
  new CodeCache(at).write(NAME, CODE)
  return { ...at, file: join(at.code, NAME) }
}

const read = (at: CodePlace): Buffer | undefined => new CodeCache(at).read(NAME)

describe('compiled code that is kept', () => {
  it('is read back as it was written, also after a copy gave its file another identity', () => {
    const at = written()
    expect(read(at)).toEqual(CODE)
    const moved = { ...at, code: tempFolder() }
    cpSync(at.file, join(moved.code, NAME))
    expect(read(moved)).toEqual(CODE)
    expect(read(moved)).toEqual(CODE)
  })

  it.each<[string, (bytes: Buffer) => Buffer]>([
    ['a flipped bit', (bytes) => Buffer.from(bytes.map((byte, at) => (at === 3 ? byte ^ 1 : byte)))],
    [
      'a flipped bit in its MAC',
      (bytes) => Buffer.from(bytes.map((byte, at) => (at === 20 ? byte ^ 1 : byte))),
    ],
    ['a missing byte', (bytes) => bytes.subarray(1)],
    ['a missing half', (bytes) => bytes.subarray(bytes.length / 2)],
    ['nothing in it', () => Buffer.alloc(0)],
  ])('is not taken with %s', (_, damage) => {
    const at = written()
    writeFileSync(at.file, damage(readFileSync(at.file)))
    expect(read(at)).toBeUndefined()
  })

  it('is not taken from someone who has another key, or none', () => {
    const [ours, theirs] = [written(), written()]
    cpSync(theirs.file, ours.file)
    expect(read(ours)).toBeUndefined()
    expect(read({ code: theirs.code, keys: tempFolder() })).toBeUndefined()
  })

  it('is not taken under the name of another command', () => {
    const at = written()
    cpSync(at.file, `${at.file}.list`)
    expect(new CodeCache(at).read(`${NAME}.list`)).toBeUndefined()
  })

  it.runIf(POSIX)('is not taken where others may write it, nor through a link', () => {
    const at = written()
    const elsewhere = { ...at, code: tempFolder() }
    symlinkSync(at.file, join(elsewhere.code, NAME))
    expect(read(elsewhere)).toBeUndefined()
    chmodSync(at.file, 0o620)
    expect(read(at)).toBeUndefined()
  })

  it('leaves nothing half-written where it cannot be kept', () => {
    const at = written()
    mkdirSync(join(at.code, 'taken'))
    new CodeCache(at).write('taken', CODE)
    expect(readdirSync(at.code).sort()).toEqual([NAME, 'taken'].sort())
  })
})

describe('the folder of compiled code', () => {
  it('is in XDG_CACHE_HOME, or in .cache in HOME, or in LOCALAPPDATA on Windows, with its key in the state folder, both for this user only', () => {
    const [cache, state, home] = [tempFolder(), tempFolder(), tempFolder()]
    expect(codePlace({ XDG_CACHE_HOME: cache, XDG_STATE_HOME: state, HOME: home })).toEqual({
      code: join(cache, 'kitty'),
      keys: join(state, 'kitty'),
    })
    expect(codePlace({ HOME: home })).toEqual({
      code: join(home, '.cache', 'kitty'),
      keys: join(home, '.local', 'state', 'kitty'),
    })
    const local = tempFolder()
    expect(codePlace({ LOCALAPPDATA: local }, 'win32')).toEqual({
      code: join(local, 'kitty', 'cache', 'kitty'),
      keys: join(local, 'kitty', 'state', 'kitty'),
    })
    expect(codePlace({ LOCALAPPDATA: local }, 'linux')).toBeUndefined()
    if (POSIX) expect(statSync(join(home, '.cache', 'kitty')).mode & 0o777).toBe(0o700)
  })

  /** A clone, with a folder outside of it for the user. */
  function clone(): { tree: string; home: string } {
    const [tree, home] = [tempFolder(), tempFolder()]
    mkdirSync(join(tree, '.git'))
    return { tree, home }
  }

  it.each<[string, (at: { tree: string; home: string }) => Record<string, string>]>([
    ['the cache lies in a clone', ({ tree, home }) => ({ XDG_CACHE_HOME: join(tree, '.cache'), HOME: home })],
    ['the whole home lies in a clone', ({ tree }) => ({ HOME: tree })],
    [
      'the key would lie in a clone',
      ({ tree, home }) => ({ XDG_STATE_HOME: join(tree, 'state'), HOME: home }),
    ],
    [
      'cache and runtime folder lie in a clone',
      ({ tree }) => ({ HOME: tree, XDG_RUNTIME_DIR: join(tree, 'run') }),
    ],
  ])('is not used where %s', (_, env) => {
    const at = clone()
    expect(codePlace(env(at))).toBeUndefined()
    expect(existsSync(join(at.tree, '.cache'))).toBe(false)
  })

  it('may lie in a work tree of the user’s own, with the key in the runtime folder', () => {
    const { tree, home } = clone()
    expect(codePlace({ HOME: tree, XDG_RUNTIME_DIR: home })).toEqual({
      code: join(tree, '.cache', 'kitty'),
      keys: join(home, 'kitty'),
    })
  })

  it.runIf(POSIX)(
    'is none where another user could rename a folder above it, or through a link into a clone',
    () => {
      const { tree, home } = clone()
      const open = join(home, 'open')
      mkdirSync(open)
      chmodSync(open, 0o777)
      expect(codePlace({ HOME: open })).toBeUndefined()
      symlinkSync(tree, join(home, 'link'))
      expect(codePlace({ HOME: join(home, 'link') })).toBeUndefined()
    },
  )

  it.each([
    ['no variable names it', () => ({})],
    ['a variable names it from the current folder', () => ({ XDG_CACHE_HOME: 'cache' })],
    [
      'it is a file',
      () => {
        const home = tempFolder()
        writeFileSync(join(home, '.cache'), '')
        return { HOME: home }
      },
    ],
  ])('is not used where %s', (_, env) => {
    expect(codePlace(env())).toBeUndefined()
  })
})
