import { assertEventsLib } from '../events-lib-version.js'
import { versionLines } from './version.js'

/**
 * Starts the program: the one place that decides what is loaded. `--version` needs neither oclif nor a container.
 * @param argv Without node and script. @param entry URL of the script in `bin`, from which oclif finds the package.
 */
export async function launch(argv: string[], entry: string): Promise<void> {
  if (argv[0] === '--version') {
    process.stdout.write(`${versionLines()}\n`)
    return
  }
  try {
    assertEventsLib()
    await installContainer()
    const [{ run }, { loadConfig }] = await Promise.all([import('@oclif/core'), import('./load-config.js')])
    await run(argv, await loadConfig(entry))
  } catch (error) {
    await reportStartFailure(error, argv)
  }
}

async function installContainer(): Promise<void> {
  const { installHostContainer } = await import('../di/tokens.js')
  installHostContainer(async () => {
    const [{ openContainer }, { processSession }] = await Promise.all([
      import('../plugin/host/open-container.js'),
      import('./process-session.js'),
    ])
    return openContainer(processSession())
  })
}

/** What fails before there is a command: an unknown one, a topic, a broken installation. */
async function reportStartFailure(error: unknown, argv: readonly string[]): Promise<void> {
  const [{ failureOf, isQuietExit }, { Printer }, { renderFailure }, { terminalStyle }] = await Promise.all([
    import('./failure.js'),
    import('./print.js'),
    import('./render/error.js'),
    import('./style.js'),
  ])
  if (isQuietExit(error)) {
    process.exitCode = error.oclif.exit
    return
  }
  const failure = failureOf(error)
  process.exitCode = failure.exitCode
  const noColor = argv.includes('--no-color')
  const printer = new Printer({ noColor })
  if (argv.includes('--json')) printer.json({ error: failure.document })
  else printer.error(renderFailure(failure.document, terminalStyle({ env: process.env, stream: process.stderr, noColor })))
  if (process.env['KITTY_DEBUG']) printer.error(failure.stack)
}
