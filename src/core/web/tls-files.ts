import { createPrivateKey, X509Certificate } from 'node:crypto'
import { createSecureContext } from 'node:tls'
import { KittyError } from '../errors/kitty-error.js'
import { readNamedFile } from '../files/named-file.js'
import type { Address } from './address.js'

/**
 * Reads the certificate and its key, in PEM.
 * @throws KittyError UsageError that names the file which cannot be used
 */
export function readTlsFiles(files: NonNullable<Address['tls']>): { cert: Buffer; key: Buffer } {
  const [cert, key] = [readNamedFile(files.cert), readNamedFile(files.key)]
  const certificate = parsed(() => new X509Certificate(cert), `${files.cert} holds no certificate in PEM`)
  const secret = parsed(
    () => createPrivateKey(key),
    `${files.key} holds no private key in PEM, or one with a passphrase`,
  )
  if (!certificate.checkPrivateKey(secret))
    throw unusable(`The key in ${files.key} does not belong to the certificate in ${files.cert}`)
  parsed(() => createSecureContext({ cert, key }), `${files.cert} and ${files.key} cannot be used to encrypt`)
  return { cert, key }
}

function parsed<T>(parse: () => T, complaint: string): T {
  try {
    return parse()
  } catch (error) {
    throw unusable(`${complaint}: ${error instanceof Error ? error.message : String(error)}`, error)
  }
}

function unusable(message: string, cause?: unknown): KittyError {
  return new KittyError('UsageError', `${message}.`, {
    nextSteps: ['--tls-cert FILE --tls-key FILE, with a certificate and its key'],
    cause,
  })
}
