// Preloaded, it makes fs-native-extensions behave as on macOS (its src/apple.c): locks are of the whole file, and any
// other range is EINVAL. What is underneath stays this system's lock.
'use strict'
const Module = require('node:module')

const load = Module._load
const wrapped = new WeakMap()

Module._load = function (id, ...rest) {
  const loaded = load.call(this, id, ...rest)
  return /fs-native-extensions\.node$/.test(id) ? asOnMacos(loaded) : loaded
}

function asOnMacos(binding) {
  if (!wrapped.has(binding)) {
    const wholeFileOnly = (call) =>
      function (fd, offset, length, ...more) {
        if (offset !== 0 || length !== 0)
          throw Object.assign(new Error('invalid argument'), { code: 'EINVAL' })
        return call(fd, offset, length, ...more)
      }
    wrapped.set(binding, {
      ...binding,
      tryLock: wholeFileOnly(binding.tryLock),
      unlock: wholeFileOnly(binding.unlock),
    })
  }
  return wrapped.get(binding)
}
