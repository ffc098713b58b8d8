import { join } from 'node:path'
import { inject, injectable } from 'inversify'
import { KittyError, systemCode } from '../errors/kitty-error.js'
import { readPrivateFile, removePrivateFile, writePrivateFile } from '../files/private-file.js'
import { readNamedFile } from '../files/named-file.js'
import { Session } from '../workspace/session.js'
import { Workspace } from '../workspace/workspace.js'
import { type Address, type AddressFlags, addressOf, hostsOf, urlOf } from './address.js'
import { Api } from './api.js'
import { BoardFeed } from './board-feed.js'
import { type KeptAddress, keptText, parseKept } from './kept-address.js'
import { LogSource } from './log-source.js'
import { collectOnceWhenIdle } from './one-collection.js'
import { isOurs, newToken } from './proof.js'
import { type Mounted, WebServer } from './server.js'
import { ShellFiles } from './shell-files.js'
import { readTlsFiles } from './tls-files.js'
import { escaped } from '../pictures/markup.js'

export interface BoardOptions extends AddressFlags {
  readonly readOnly: boolean
  readonly newToken: boolean
  /** Folder of the built page. */
  readonly pageFolder: string
  /** Protocols with their own path behind the board's checks. */
  readonly mounted?: Readonly<Record<string, Mounted>>
}

/** A board that is being served. */
export interface ServedBoard {
  /** Does not contain the token. */
  readonly url: string
  /** Writes a page, readable only by this user, that opens the board with its token. @returns the page's path */
  openPage(): string
  close(): Promise<void>
}

/** How long a page that opens the board waits for its browser. */
const OPEN_PAGE_MS = 30_000

/** Starts the board's server, if possible on the port and with the token that it used before. */
@injectable()
export class WebBoard {
  constructor(
    @inject(Api) private readonly api: Api,
    @inject(LogSource) private readonly source: LogSource,
    @inject(Workspace) private readonly workspace: Workspace,
    @inject(Session) private readonly session: Session,
  ) {}

  /** @throws KittyError UsageError for a port in use or an address that would open the board to others */
  async serve(options: BoardOptions): Promise<ServedBoard> {
    const address = addressOf(options)
    const kept = parseKept(readPrivateFile(this.#keptFile) ?? '')
    // Check before we listen: afterwards our own server would answer.
    const isSecond = kept !== undefined && (await isServed(kept, address))
    this.api.readOnly = options.readOnly
    collectOnceWhenIdle()
    const feed = new BoardFeed(this.source, this.session.nextId(this.session.now()))
    const opened: OpenedPages = new OpenedPages()
    const server = new WebServer({
      shell: new ShellFiles((name) => readNamedFile(join(options.pageFolder, name))),
      api: this.api,
      feed,
      mounted: options.mounted,
      basePath: address.basePath,
      tls: address.tls && readTlsFiles(address.tls),
      opened: () => opened.removeAll(),
    })
    const port = await listen(server, address, options.port, isSecond ? undefined : kept?.port)
    // Open pages send their token to the port they know. A stranger could listen on that port if ours changed, so the
    // token is kept only with the port.
    const token = !isSecond && !options.newToken && kept?.port === port ? kept.token : newToken()
    if (!isSecond) this.#keep({ port, token, local: localUrl(address, port), proxy: address.proxy }, kept)
    const { scheme } = address
    server.open({ hosts: hostsOf(address, port), scheme, token, readOnly: options.readOnly })
    // The first look takes longest. It runs while the browser starts; whatever fails fails again for the page.
    this.source.look().catch(() => undefined)
    const url = urlOf(address, port)
    return {
      url,
      openPage: () => {
        const path = join(this.workspace.privateDir, `open-${this.session.nextId(this.session.now())}.html`)
        writePrivateFile(path, openPage(url, token))
        opened.add(path)
        return path
      },
      close: async () => {
        opened.removeAll()
        await server.close()
      },
    }
  }

  get #keptFile(): string {
    return join(this.workspace.privateDir, 'web.json')
  }

  #keep(now: KeptAddress, before: KeptAddress | undefined): void {
    const text = keptText(now)
    if (before === undefined || keptText(before) !== text) writePrivateFile(this.#keptFile, text)
  }
}

/** Pages that open the board. Each is deleted when a browser has loaded it, after a timeout, and on close. */
class OpenedPages {
  readonly #pages = new Map<string, NodeJS.Timeout>()

  add(path: string): void {
    const timer = setTimeout(() => this.#remove(path), OPEN_PAGE_MS)
    timer.unref()
    this.#pages.set(path, timer)
  }

  removeAll(): void {
    for (const path of [...this.#pages.keys()]) this.#remove(path)
  }

  #remove(path: string): void {
    clearTimeout(this.#pages.get(path))
    this.#pages.delete(path)
    removePrivateFile(path)
  }
}

/** Whether the board of `web.json` is running, asked at its own address: this process may serve another path or scheme. */
function isServed({ port, token, local, proxy }: KeptAddress, address: Address): Promise<boolean> {
  if (local !== undefined) return isOurs(local, token, proxy)
  return isOurs(localUrl(address, port), token, address.proxy)
}

/** The board's address on this machine, where it listens, whatever name a proxy gives it. */
function localUrl(address: Address, port: number): string {
  return urlOf({ ...address, proxy: undefined, scheme: address.tls === undefined ? 'http' : 'https' }, port)
}

async function listen(
  server: WebServer,
  { host }: Address,
  asked: number | undefined,
  kept: number | undefined,
): Promise<number> {
  try {
    return await server.listen(asked ?? kept ?? 0, host)
  } catch (error) {
    const code = systemCode(error)
    if (asked === undefined && kept !== undefined && (code === 'EADDRINUSE' || code === 'EACCES'))
      return server.listen(0, host)
    throw notListening(error, code, host, asked)
  }
}

function notListening(
  error: unknown,
  code: string | undefined,
  host: string,
  port: number | undefined,
): unknown {
  if (code === 'EADDRINUSE')
    return new KittyError('UsageError', `Port ${port ?? ''} of ${host} is taken.`, {
      nextSteps: ['leave --port out, for a free one', 'or name another port'],
      cause: error,
    })
  if (code === 'EACCES')
    return new KittyError('UsageError', `Port ${port ?? ''} needs rights that this user does not have.`, {
      nextSteps: ['--port with a number from 1024'],
      cause: error,
    })
  if (code === 'EAI_AGAIN')
    return new KittyError('UsageError', `No name server says now what address ${host} has.`, {
      nextSteps: ['--host with an address, not a name', 'or leave --host out, for 127.0.0.1'],
      cause: error,
    })
  // EINVAL: a link-local address without its interface.
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND' || code === 'EINVAL')
    return new KittyError('UsageError', `${host} is no address of this machine.`, {
      nextSteps: ['leave --host out, for 127.0.0.1'],
      cause: error,
    })
  return error
}

/** A page that redirects its reader to the board, which keeps the token out of process arguments and server logs. */
export function openPage(url: string, token: string): string {
  const target = escaped(`${url}#token=${token}`)
  return `<!doctype html>
<meta charset="utf-8">
<meta name="referrer" content="no-referrer">
<meta http-equiv="refresh" content="0; url=${target}">
<title>kitty</title>
<p><a href="${target}">Open the board</a></p>
`
}
