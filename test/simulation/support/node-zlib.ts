/** Stands for `node:zlib` in the program: without threads, whose time no seed decides. */
import { Transform } from 'node:stream'
import { gunzipSync, gzipSync } from 'node:zlib'

export * from 'node:zlib'

export function createGzip(): Transform {
  return atOnce(gzipSync)
}

export function createGunzip(): Transform {
  return atOnce(gunzipSync)
}

function atOnce(make: (bytes: Buffer) => Buffer): Transform {
  const chunks: Buffer[] = []
  return new Transform({
    transform: (chunk: Buffer, _encoding, done) => {
      chunks.push(chunk)
      done()
    },
    flush: (done) => {
      try {
        done(null, make(Buffer.concat(chunks)))
      } catch (error) {
        done(error as Error)
      }
    },
  })
}
