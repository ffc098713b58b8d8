import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { KittyError } from '../../errors/kitty-error.js'
import { workTreesAround } from '../../git/checkout.js'
import { findProgram, fixedPath, type ProgramSearch } from '../../platform/find-program.js'
import { PLATFORM } from '../../platform/system.js'
import { shownCommand } from '../../errors/next-step.js'

/** npm's error codes for a server that does not answer or cannot be talked to. */
const UNREACHABLE =
  /^(E(CONN\w+|AI_AGAIN|NOTFOUND|NETUNREACH|HOSTUNREACH|TIMEDOUT|PIPE)|ERR_SOCKET_TIMEOUT|FETCH_ERROR|ENOTCACHED|E5\d\d|CERT_\w+|UNABLE_TO_\w+|SELF_SIGNED_\w+)$/
/** Windows has answers for a connection that Node knows no code for, and EACCES when a firewall refuses it. */
const OF_NETWORK = /^npm (?:error|ERR!) syscall (?:connect|getaddrinfo)\r?$/m
const UNKNOWN = /^(E404|ETARGET|ENOVERSIONS)$/

export interface NpmOptions {
  /** Absolute path of the folder in which npm runs. */
  readonly folder: string
  /** What is being installed, for messages. */
  readonly subject: string
  /** Whether to show npm's output. */
  readonly verbose?: boolean
}

/**
 * Runs the user's npm and returns what it printed. Never runs a plugin's own scripts.
 * @throws KittyError MissingDependency if there is no npm or it cannot reach the registry, so that nothing is known
 * about the package; UsageError if the registry or the address has no such package; ValidationError for everything else
 * that npm refuses
 */
export async function npm(args: readonly string[], options: NpmOptions): Promise<string> {
  const [program, ...before] = npmCommand(options.folder)
  const given = [
    ...before,
    ...args,
    '--json',
    '--ignore-scripts',
    // Settings of the user's own would leave what is installed out of the list.
    '--save',
    '--no-dry-run',
    '--no-audit',
    '--no-fund',
    '--fetch-retries=1',
    '--fetch-retry-mintimeout=1000',
  ]
  const { status, stdout, stderr } = await ran(program, given, options)
  if (status === 0) return stdout
  throw npmFailure(stdout, stderr, options.subject, args[0] === 'uninstall' ? 'remove' : 'install')
}

/** The npm that came with this Node, or else the one on PATH. */
function npmCommand(folder: string): [program: string, ...args: string[]] {
  const here = dirname(process.execPath)
  for (const place of [join(here, 'node_modules'), join(here, '..', 'lib', 'node_modules')]) {
    const script = join(place, 'npm', 'bin', 'npm-cli.js')
    if (existsSync(script)) return [process.execPath, script]
  }
  const found = findProgram('npm', searchFrom(folder))
  if (found !== undefined) return [found]
  throw new KittyError('MissingDependency', 'There is no npm, which installs plugins.', {
    nextSteps: ['install npm, which comes with Node, and run the command again'],
    context: { program: 'npm' },
  })
}

/** Npm itself looks for git on PATH, for a plugin that a git address names. */
function searchFrom(folder: string): ProgramSearch {
  const outside = [process.cwd(), folder].flatMap((one) => [one, ...workTreesAround(one)])
  return { env: process.env, platform: PLATFORM, outside }
}

interface Ended {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

function ran(program: string, args: readonly string[], { folder, verbose }: NpmOptions): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...fixedPath(searchFrom(folder)), npm_config_update_notifier: 'false' },
    })
    let [stdout, stderr] = ['', '']
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text
      if (verbose === true) process.stderr.write(text)
    })
    child.once('error', reject)
    child.once('close', (status) => resolve({ status, stdout, stderr }))
  })
}

/** Maps npm's answers to errors. Exported for tests. */
export function npmFailure(
  stdout: string,
  stderr: string,
  subject: string,
  doing: 'install' | 'remove' = 'install',
): KittyError {
  const { code, summary } = said(stdout, stderr)
  const context = { subject, npm_code: code ?? null }
  if (code !== undefined && UNKNOWN.test(code))
    return new KittyError('UsageError', `There is no package ${subject}: ${summary}`, {
      nextSteps: ['check its name and version, or give the path of a tarball or a folder'],
      context,
    })
  if ((code !== undefined && UNREACHABLE.test(code)) || OF_NETWORK.test(stderr))
    return new KittyError(
      'MissingDependency',
      `The registry cannot be reached, so nothing is known of ${subject}: ${summary}`,
      {
        nextSteps: [
          ...shownCommand(['npm', 'ping'], 'checks the network and the proxy'),
          'or install from a file: npm pack on a machine that has it',
        ],
        context,
      },
    )
  return new KittyError('ValidationError', `npm could not ${doing} ${subject}: ${summary}`, {
    nextSteps: [
      doing === 'install'
        ? 'see all that npm says: run the command again with --verbose'
        : "see that the plugins' folder can be written to, and run the command again",
    ],
    context,
  })
}

function said(stdout: string, stderr: string): { code: string | undefined; summary: string } {
  const code = /npm (?:error|ERR!) code (\S+)/.exec(stderr)?.[1] ?? codeIn(stdout)
  const all = stderr.split('\n').filter((line) => !/^npm (?:warn|WARN)\b/.test(line))
  const lines = all.map((line) => line.replace(/^npm (?:error|ERR!) ?/, '').trim())
  const telling = lines.find(
    (line) => line !== '' && !/^(code|syscall|errno|type|path|dest|network|A complete log)\b/.test(line),
  )
  return { code, summary: telling ?? 'it did not say why.' }
}

function codeIn(stdout: string): string | undefined {
  try {
    // Cast: the shape in which npm reports a failure with --json.
    return (JSON.parse(stdout) as { error?: { code?: string } }).error?.code
  } catch {
    return undefined
  }
}
