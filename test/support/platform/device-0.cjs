// Preloaded, it makes lstat say device 0 where fstat says the real one, as Node 22.12 to 22.16, 24.0 and 24.1 do on
// Windows 11.
'use strict'
const fs = require('node:fs')
const { syncBuiltinESMExports } = require('node:module')

const lstat = fs.lstatSync
fs.lstatSync = function (path, options) {
  const stats = lstat.call(this, path, options)
  if (stats !== undefined) stats.dev = options?.bigint ? 0n : 0
  return stats
}
syncBuiltinESMExports()
