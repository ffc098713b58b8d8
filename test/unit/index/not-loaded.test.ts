import { describe, expect, it } from 'vitest'
import { notLoaded } from '../../../src/core/index/sqlite/connection.js'

describe('an SQLite module that cannot be loaded', () => {
  it.each([
    ["Cannot find module 'sqlite3'\nRequire stack:\n- /x/run.js", "Cannot find module 'sqlite3'"],
    [
      'Could not locate the bindings file. Tried:\n → /x/build/node_sqlite3.node',
      'Could not locate the bindings file',
    ],
    [
      'The module was compiled against a different Node.js version',
      'The module was compiled against a different Node.js version',
    ],
  ])('is said in one line: %j', (said, line) => {
    const failure = notLoaded(new Error(said))
    expect(failure).toMatchObject({
      reason: 'unavailable',
      message: `the SQLite module cannot be loaded (${line})`,
    })
  })
})
