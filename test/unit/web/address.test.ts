import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { addressOf, hostsOf, urlOf } from '../../../src/core/web/address.js'
import { readTlsFiles } from '../../../src/core/web/tls-files.js'
import { tempFolder } from '../../support/temp-folder.js'

const thrown = (work: () => unknown): unknown => {
  try {
    return work()
  } catch (error) {
    return error
  }
}

describe('the address of the web board', () => {
  it.each(['127.0.0.999', '127.1', '127.0.0.1.1', 'a b', 'x:y', '[::1', ''])('is not %j', (host) => {
    expect(thrown(() => addressOf({ host }))).toMatchObject({ kind: 'UsageError' })
  })

  it.each(['127.0.0.1', '127.8.9.250', '::1', 'localhost', 'LOCALHOST'])(
    'is %s without encryption',
    (host) => {
      expect(addressOf({ host })).toMatchObject({ host, scheme: 'http' })
    },
  )

  it.each([
    ['0:0:0:0:0:0:0:1', '::1'],
    ['::0001', '::1'],
    ['2001:DB8:0::A', '2001:db8::a'],
  ])('is %s as a browser spells it, %s', (host, spelled) => {
    const address = addressOf({ host, tlsCert: 'cert', tlsKey: 'key' })
    expect(hostsOf(address, 8443)).toContain(`[${spelled}]:8443`)
    expect(urlOf(address, 8443)).toBe(`https://[${spelled}]:8443/`)
  })

  it.each(['0.0.0.0', '::', '0:0:0:0:0:0:0:0'])('is not %s, which is every address', (host) => {
    const files = { tlsCert: 'cert', tlsKey: 'key' }
    expect(thrown(() => addressOf({ host, ...files }))).toMatchObject({ kind: 'UsageError' })
  })

  it('is that of a proxy without the port that browsers leave out', () => {
    const hostOf = (behindProxy: string): string[] => hostsOf(addressOf({ behindProxy, basePath: '/' }), 8080)
    expect(hostOf('Board.example.org:443')).toEqual(['board.example.org'])
    expect(hostOf('board.example.org:8443')).toEqual(['board.example.org:8443'])
  })

  it.each(['/../', '/./', '/kitty/../', '/kitty/./x/', 'kitty/', '/kitty', '//'])(
    'has no path %s, which a browser would tidy up or which does not begin and end with a slash',
    (basePath) => {
      expect(thrown(() => addressOf({ basePath }))).toMatchObject({ kind: 'UsageError' })
    },
  )

  it.each(['/', '/kitty/', '/a.b/..c/.well-known/'])('may have the path %s', (basePath) => {
    expect(addressOf({ basePath })).toMatchObject({ basePath })
  })
})

describe('certificate and key', () => {
  function pair(folder: string, name: string): { cert: string; key: string } {
    const [cert, key] = [join(folder, `${name}.crt`), join(folder, `${name}.key`)]
    const subject = ['-subj', '/CN=localhost', '-days', '1', '-nodes']
    execFileSync(
      'openssl',
      ['req', '-x509', '-newkey', 'rsa:2048', ...subject, '-keyout', key, '-out', cert],
      { stdio: 'ignore' },
    )
    return { cert, key }
  }

  it('are read where they belong to each other; otherwise the message names the file that does not fit', () => {
    const folder = tempFolder()
    const [one, other, junk] = [pair(folder, 'one'), pair(folder, 'other'), join(folder, 'junk.pem')]
    writeFileSync(junk, 'junk\n')
    expect(Object.keys(readTlsFiles(one))).toEqual(['cert', 'key'])
    for (const [files, named] of [
      [{ cert: junk, key: junk }, 'junk.pem holds no certificate'],
      [{ cert: one.cert, key: junk }, 'junk.pem holds no private key'],
      [{ cert: one.key, key: one.key }, 'one.key holds no certificate'],
      [{ cert: one.cert, key: other.key }, 'other.key does not belong to the certificate'],
    ] as const) {
      const error = thrown(() => readTlsFiles(files))
      expect(error).toMatchObject({ kind: 'UsageError' })
      expect((error as Error).message).toContain(named)
    }
  })
})
