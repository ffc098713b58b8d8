import { execFileSync } from 'node:child_process'
import { chmodSync, chownSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { sharedFolder } from '../../support/temp-folder.js'
import { user } from './postgres-server.js'

/** An authority of its own, and what it signs. */
export class Authority {
  readonly folder = sharedFolder()
  /** The authority's certificate, for PGSSLROOTCERT. */
  readonly file = join(this.folder, 'ca.pem')

  constructor() {
    const subject = ['-subj', '/CN=An authority for a test']
    openssl(
      'req',
      '-x509',
      ...NEW_KEY,
      ...subject,
      '-keyout',
      this.#key('ca'),
      '-out',
      this.file,
      '-days',
      '2',
    )
    // The server's user must reach its own files in here.
    chmodSync(this.folder, 0o711)
  }

  /** @param days 0: expired already @returns the server's settings */
  server(host: string, days = 2): Record<string, string> {
    const name = `${host}-${days}`
    const [request, certificate] = [join(this.folder, `${name}.csr`), join(this.folder, `${name}.pem`)]
    const names = join(this.folder, `${name}.ext`)
    writeFileSync(names, `subjectAltName=DNS:${host}\n`)
    openssl('req', ...NEW_KEY, '-subj', `/CN=${host}`, '-keyout', this.#key(name), '-out', request)
    const by = ['-CA', this.file, '-CAkey', this.#key('ca'), '-CAcreateserial', '-extfile', names]
    openssl('x509', '-req', '-in', request, ...by, '-days', String(days), '-out', certificate)
    const { uid, gid } = user()
    for (const path of [certificate, this.#key(name)]) {
      chmodSync(path, 0o600)
      chownSync(path, uid, gid)
    }
    return { ssl: 'on', ssl_cert_file: `'${certificate}'`, ssl_key_file: `'${this.#key(name)}'` }
  }

  #key(name: string): string {
    return join(this.folder, `${name}.key`)
  }
}

const NEW_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']

function openssl(...args: readonly string[]): void {
  execFileSync('openssl', args, { stdio: 'pipe' })
}
