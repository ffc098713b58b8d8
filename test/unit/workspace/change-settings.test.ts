import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { changeSettings } from '../../../src/core/workspace/change-settings.js'
import { tempFolder } from '../../support/temp-folder.js'

describe('a change of one setting', () => {
  let place: { readonly root: string; readonly configFile: string }
  beforeEach(() => {
    const root = tempFolder()
    mkdirSync(join(root, '.kittify'))
    place = { root, configFile: join(root, '.kittify', 'config.json') }
  })
  const save = (text: string): void => writeFileSync(place.configFile, text)
  const saved = (): unknown => JSON.parse(readFileSync(place.configFile, 'utf8'))
  const setWorkflow = (settings: object): Record<string, unknown> => ({ ...settings, workflow: 'reviewed' })

  it('keeps the others', () => {
    save('\ufeff{ "claims": { "expire": "1h" }, "workflow": "default" }')
    expect(changeSettings(place, setWorkflow)).toBe(true)
    expect(saved()).toEqual({ claims: { expire: '1h' }, workflow: 'reviewed' })
  })

  it('keeps what someone saves while it is made', () => {
    save('{}')
    let looks = 0
    changeSettings(place, (settings) => {
      looks += 1
      if (looks === 1) save('{ "authors": ["Ada"] }')
      return setWorkflow(settings)
    })
    expect(saved()).toEqual({ authors: ['Ada'], workflow: 'reviewed' })
  })

  it('makes the file where there is none, and none when there is nothing to change', () => {
    expect(changeSettings(place, () => undefined)).toBe(false)
    expect(existsSync(place.configFile)).toBe(false)
    expect(changeSettings(place, setWorkflow)).toBe(true)
    expect(saved()).toEqual({ workflow: 'reviewed' })
  })

  it.each([
    ['half a file', '{ "workflow": ', 'is not JSON'],
    ['a list', '["reviewed"]', 'must be an object'],
  ])('is refused by %s, which stays as it is', (_, text, reason) => {
    save(text)
    expect(() => changeSettings(place, setWorkflow)).toThrow(
      expect.objectContaining({ kind: 'BadConfig', message: expect.stringContaining(reason) }),
    )
    expect(readFileSync(place.configFile, 'utf8')).toBe(text)
  })
})
