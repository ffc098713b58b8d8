import type { Config } from '@oclif/core'
import { assertEventsLib } from '../events-lib-version.js'
import type { BundledProgram } from './bundled-program.js'
import { outlive } from './standard-output.js'
import { answerVersion } from './version.js'
import { ensureUser } from '../platform/home-folder.js'
import { PLATFORM } from '../platform/system.js'

/**
 * Starts the program; the only place that decides what to load. `--version` needs neither oclif nor a container.
 * @param typed Without node and script.
 * @param entry Folder of the package, or URL of a file in it.
 * @param program Facts about the program that the bundle carries.
 */
export async function launch(typed: string[], entry: string, program?: BundledProgram): Promise<void> {
  if (typed.find((word) => word !== '--json') === '--version') {
    answerVersion(typed)
    return
  }
  let argv = typed
  try {
    ensureUser(process.env, PLATFORM)
    assertEventsLib()
    if (argv[1] === 'words' && (await import('./completion/complete.js')).completeWords(argv)) return
    if (argv[2] === 'merge-driver' && (await runMergeDriver(argv))) return
    argv = await meant(typed)
    await installContainer(argv)
    if (program && (await (await import('./bundled-program.js')).runDirectly(argv, program))) return
    outlive(process.stdout)
    const [{ run }, { loadConfig }] = await Promise.all([import('@oclif/core'), import('./load-config.js')])
    const config = await loadConfig(entry, program)
    if (await answerHelp(argv, config)) return
    if (await answerRootHelp(argv, config)) return
    await refuseUnknown(argv, config)
    await run(argv, config)
  } catch (error) {
    await reportStartFailure(error, argv)
  }
}

async function installContainer(argv: readonly string[]): Promise<void> {
  const { installHostContainer } = await import('../token.js')
  installHostContainer(async () => {
    const [{ openContainer }, { processSession }] = await Promise.all([
      import('../plugin/host/open-container.js'),
      import('./process-session.js'),
    ])
    return openContainer(processSession(argv))
  })
}

/** The command line that was meant: upstream's names for commands, and nothing at all inside a repository. */
async function meant(argv: string[]): Promise<string[]> {
  if (argv[0] === 'agent' || argv[0] === 'help') return (await import('./upstream-names.js')).ownNames(argv)
  if (argv.length > 0) return argv
  const { isInitialized } = await import('../workspace/find-workspace.js')
  return isInitialized(process.cwd(), process.env) ? ['next'] : argv
}

async function answerRootHelp(argv: readonly string[], config: Config): Promise<boolean> {
  const { asksForRootHelp, rootHelp } = await import('./root-help.js')
  if (!asksForRootHelp(argv)) return false
  const { Printer } = await import('./print.js')
  new Printer().out(rootHelp(config))
  return true
}

/** Prints help as one JSON document when the command line has `--json`. */
async function answerHelp(argv: readonly string[], config: Config): Promise<boolean> {
  if (!asksForJson(argv)) return false
  const [{ helpDocument }, { Printer }] = await Promise.all([
    import('./help-document.js'),
    import('./print.js'),
  ])
  const document = helpDocument(argv, config)
  if (document !== undefined) new Printer().json(document)
  return document !== undefined
}

/**
 * On a terminal the not-found plugin offers to run the closest command, however far it is; so only where one is close. A
 * program needs the refusal itself.
 */
async function refuseUnknown(argv: readonly string[], config: Config): Promise<void> {
  const { isMistyped, unknownCommand } = await import('./unknown-command.js')
  const words = argv[0] === 'help' ? argv.slice(1) : argv
  const refusal = unknownCommand(words, config)
  if (refusal === undefined) return
  if (!process.stdin.isTTY || asksForJson(argv) || !isMistyped(words, config)) throw refusal
}

/** Everything after `--` is an argument. */
function asksForJson(argv: readonly string[]): boolean {
  const end = argv.indexOf('--')
  return (end < 0 ? argv : argv.slice(0, end)).includes('--json')
}

/** Reports failures before any command exists: an unknown command, a topic, a broken installation. */
async function reportStartFailure(error: unknown, argv: readonly string[]): Promise<void> {
  const [{ failureOf, isQuietExit }, { Printer }, { renderFailure }, { terminalStyle }, { standardOutput }] =
    await Promise.all([
      import('./failure.js'),
      import('./print.js'),
      import('./render/error.js'),
      import('./style.js'),
      import('./standard-output.js'),
    ])
  if (isQuietExit(error)) {
    process.exitCode = error.oclif.exit
    return
  }
  const failure = failureOf(error)
  process.exitCode = failure.exitCode
  const noColor = argv.includes('--no-color')
  const printer = new Printer({ noColor })
  if (asksForJson(argv)) printer.json({ error: failure.document })
  else
    printer.error(
      renderFailure(
        failure.document,
        terminalStyle({ env: process.env, stream: standardOutput(2), noColor }),
      ),
    )
  if (process.env['KITTY_DEBUG']) printer.error(failure.stack)
}

/**
 * The fast path for merge drivers. Git starts one for every file that both sides changed, so it loads nothing that
 * other commands need; arguments that lack git's exact form take the normal path.
 */
async function runMergeDriver(argv: readonly string[]): Promise<boolean> {
  const [topic, subject, command, base, ours, theirs, path, ...more] = argv
  if (topic !== 'agent' || command !== 'merge-driver' || more.length > 0) return false
  if (base === undefined || ours === undefined || theirs === undefined) return false
  if ([base, ours, theirs, path ?? ''].some((word) => word.startsWith('-'))) return false
  const versions = { base, ours, theirs, path }
  if (subject === 'events') (await import('../services/merge/merge-log.js')).mergeLog(versions)
  else if (subject === 'specs')
    (await import('../services/merge/merge-work-package.js')).mergeWorkPackage(versions)
  else return false
  return true
}
