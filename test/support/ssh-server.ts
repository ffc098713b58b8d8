import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'

const SSHD = '/usr/sbin/sshd'

export const hasSshServer = existsSync(SSHD)

/** A real sshd on loopback with its own host key, which accepts one deploy key. */
export class SshServer {
  readonly folder = mkdtempSync(join(tmpdir(), 'kitty-sshd-'))
  readonly deployKey = this.key('deploy-key')
  readonly otherKey = this.key('other-key')
  readonly knownHosts = join(this.folder, 'known-hosts')
  readonly #hostKey = this.key('host-key')
  #server: ChildProcess | undefined
  port = 0

  async start(): Promise<void> {
    this.port = await freePort()
    writeFileSync(join(this.folder, 'authorized-keys'), readFileSync(`${this.deployKey}.pub`))
    writeFileSync(this.knownHosts, `[127.0.0.1]:${this.port} ${readFileSync(`${this.#hostKey}.pub`, 'utf8')}`)
    const config = join(this.folder, 'sshd-config')
    writeFileSync(config, this.#config())
    // Debian's build requires this folder when root starts it.
    if (process.getuid?.() === 0) mkdirSync('/run/sshd', { recursive: true, mode: 0o755 })
    this.#server = spawn(SSHD, ['-D', '-e', '-f', config], { stdio: ['ignore', 'ignore', 'pipe'] })
    let said = ''
    this.#server.stderr?.setEncoding('utf8').on('data', (text: string) => (said += text))
    for (let tries = 0; !(await answers(this.port)); tries += 1) {
      if (tries === 200 || this.#server.exitCode !== null) throw new Error(`sshd did not start: ${said}`)
      await new Promise((resolve) => setTimeout(resolve, 25))
    }
  }

  stop(): void {
    this.#server?.kill()
    rmSync(this.folder, { recursive: true, force: true })
  }

  url(path: string): string {
    return `git+ssh://${userInfo().username}@127.0.0.1:${this.port}${path}`
  }

  key(name: string): string {
    const file = join(this.folder, name)
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', name, '-f', file])
    return file
  }

  #config(): string {
    return [
      `Port ${this.port}`,
      'ListenAddress 127.0.0.1',
      `HostKey ${this.#hostKey}`,
      `AuthorizedKeysFile ${join(this.folder, 'authorized-keys')}`,
      'PidFile none',
      // The keys are below the system's temporary folder, which everyone may write to.
      'StrictModes no',
      'UsePAM no',
      'PermitRootLogin prohibit-password',
      'PasswordAuthentication no',
      'KbdInteractiveAuthentication no',
      '',
    ].join('\n')
  }
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  if (typeof address !== 'object' || address === null) throw new Error('no port')
  return address.port
}

async function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => {
      resolve(false)
    })
  })
}
