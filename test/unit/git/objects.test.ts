import { describe, expect, it } from 'vitest'
import { eachObject } from '../../../src/core/git/objects.js'
import { TempRepository } from '../../support/temp-repository.js'

const MEGABYTE = 1024 * 1024

describe('the objects of a commit', () => {
  it.each([1, 3 * MEGABYTE])(
    'come in the order they were asked for, with files of %i bytes, without those too large',
    (size) => {
      const repository = new TempRepository()
      for (const name of ['a', 'b', 'c', 'd']) repository.write(name, name.repeat(size))
      repository.write('larger', 'x'.repeat(size + 1))
      repository.write('folder/x', '')
      repository.commitAll('one')
      const names = ['a', 'larger', 'missing', 'b', 'folder', 'folder/x', 'c', 'd'].map(
        (name) => `HEAD:${name}`,
      )
      const objects = [...eachObject(repository.root, names, size)]
      const seen = objects.map((one) => one && [one.type, one.content?.toString('latin1', 0, 1)])
      expect(seen).toEqual([
        ['blob', 'a'],
        ['blob', undefined],
        undefined,
        ['blob', 'b'],
        ['tree', '1'],
        ['blob', ''],
        ['blob', 'c'],
        ['blob', 'd'],
      ])
      expect(objects.map((one) => one?.size)).toEqual([size, size + 1, undefined, size, 29, 0, size, size])
    },
  )
})
