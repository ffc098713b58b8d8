import { isIP } from 'node:net'
import { KittyError } from '../errors/kitty-error.js'

export interface AddressFlags {
  readonly port?: number | undefined
  readonly host?: string | undefined
  readonly tlsCert?: string | undefined
  readonly tlsKey?: string | undefined
  readonly behindProxy?: string | undefined
  readonly basePath?: string | undefined
}

/** Where the board listens and how a browser addresses it. */
export interface Address {
  readonly host: string
  readonly tls: { readonly cert: string; readonly key: string } | undefined
  /** The scheme that a browser sees. */
  readonly scheme: 'http' | 'https'
  /** `/`, or the path under which the proxy serves the board. Begins and ends with a slash. */
  readonly basePath: string
  /** The proxy's name. When set, the board answers no other name. */
  readonly proxy: string | undefined
}

/** As a browser writes it into Host. */
function spelled(host: string): string {
  const url = `http://[${host}]/`
  return isIP(host) === 6 && URL.canParse(url) ? new URL(url).hostname.slice(1, -1) : host
}

function isLoopback(host: string): boolean {
  if (host.toLowerCase() === 'localhost' || host === '::1') return true
  return isIP(host) === 4 && host.startsWith('127.')
}

/**
 * Decides where to listen.
 * @throws KittyError UsageError if that would open the board to others unprotected
 */
export function addressOf(flags: AddressFlags): Address {
  const { tlsCert, tlsKey, behindProxy, basePath } = flags
  const host = spelled(flags.host ?? '127.0.0.1')
  if ((tlsCert === undefined) !== (tlsKey === undefined))
    throw usage('A certificate and its key belong together.', ['--tls-cert FILE --tls-key FILE'])
  if (host === '0.0.0.0' || host === '::')
    throw usage('The board answers for one address, not for all of them.', [
      '--host with the address that others use',
    ])
  if (isIP(host) === 0 && (/^[\d.]+$/.test(host) || !URL.canParse(`http://${host}/`)))
    throw usage(`${JSON.stringify(host.slice(0, 80))} is no address and no name of a host.`, [
      'leave --host out, for 127.0.0.1',
    ])
  if (behindProxy !== undefined && basePath === undefined)
    throw usage('Behind a proxy the board needs the path that it is served under.', [
      '--base-path / or --base-path /kitty/',
    ])
  if (basePath !== undefined && !/^\/(?:(?!\.{1,2}\/)[\w.-]+\/)*$/.test(basePath))
    throw usage(
      `${JSON.stringify(basePath.slice(0, 80))} is no path that begins and ends with a slash and has no dots for names.`,
      ['--base-path /kitty/'],
    )
  if (behindProxy !== undefined && !/^[a-z0-9.-]+(?::\d{1,5})?$/i.test(behindProxy))
    throw usage(`${JSON.stringify(behindProxy.slice(0, 80))} is no name of a host.`, [
      '--behind-proxy board.example.org',
    ])
  if (!isLoopback(host) && tlsCert === undefined && behindProxy === undefined)
    throw usage(`Others can reach ${host}, and would read the board on its way.`, [
      '--tls-cert FILE --tls-key FILE, to encrypt it',
      '--behind-proxy NAME --base-path PATH, where a proxy encrypts it',
      'or leave --host out: the board is on 127.0.0.1',
    ])
  return {
    host,
    tls: tlsCert === undefined || tlsKey === undefined ? undefined : { cert: tlsCert, key: tlsKey },
    scheme: tlsCert !== undefined || behindProxy !== undefined ? 'https' : 'http',
    basePath: basePath ?? '/',
    // A browser leaves the port of https out.
    proxy: behindProxy?.toLowerCase().replace(/:443$/, ''),
  }
}

/** The values of Host that the board answers. */
export function hostsOf({ host, proxy, scheme }: Address, port: number): string[] {
  if (proxy !== undefined) return [proxy]
  const names = [isIP(host) === 6 ? `[${host}]` : host.toLowerCase(), 'localhost']
  const isDefault = port === (scheme === 'https' ? 443 : 80)
  return names.flatMap((name) => [`${name}:${port}`, ...(isDefault ? [name] : [])])
}

/** The board's address to show to people, without the token. */
export function urlOf(address: Address, port: number): string {
  const { scheme, basePath, proxy } = address
  return `${scheme}://${proxy ?? hostsOf(address, port)[0] ?? ''}${basePath}`
}

function usage(message: string, nextSteps: readonly string[]): KittyError {
  return new KittyError('UsageError', message, { nextSteps })
}
