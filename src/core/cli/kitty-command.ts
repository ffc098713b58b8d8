import { Command, Config, Flags, type Interfaces } from '@oclif/core'
import type { LogProblem } from '../log/event-log.js'
import type { EventDocument } from '../projections/board-document.js'
import type { BoardTerminal } from './board/board-screen.js'
import type { EventFormat } from './event-printer.js'
import type { Interruption } from './interruption.js'
import { failureOf, isQuietExit } from './failure.js'
import { Printer } from './print.js'
import { standardOutput } from './standard-output.js'
import { problemWarnings } from './problem-warnings.js'
import { renderFailure } from './render/error.js'
import { plainLines } from './render/plain-lines.js'
import { type Style, type StyleFacts, terminalStyle } from './style.js'
import { noEndInJson, noKeyboard, noKeysInJson, noTerminal } from './terminal-refusals.js'
import { Notices } from '../errors/notices.js'
import { recordOf } from '../errors/error-record.js'
import type { ErrorStorage } from '../errors/error-storage.js'
import type { Scope } from '../services/scope.js'
import type { EventStore } from '../store/event-store.js'
import { Session } from '../workspace/session.js'
import { Workspace } from '../workspace/workspace.js'
import { containerIsOpen, resolverOf, type ServiceId } from '../token.js'

type FlagsOf<T extends typeof Command> = Interfaces.InferredFlags<
  (typeof KittyCommand)['baseFlags'] & T['flags']
>
type ArgsOf<T extends typeof Command> = Interfaces.InferredArgs<T['args']>

/**
 * Base of every command: parses input, prints, and fails in one way. A command returns its JSON document; with
 * `--json`, stdout gets only that document, or the failure document.
 */
export abstract class KittyCommand<T extends typeof Command> extends Command {
  static override enableJsonFlag = true
  static override baseFlags = {
    color: Flags.boolean({ allowNo: true, hidden: true, default: true, summary: 'Colour on a terminal.' }),
  }

  /** Set by `@WithErrorStorage`; keeps a record of what the command was refused. */
  declare readonly errorStorage?: ErrorStorage

  protected flags!: FlagsOf<T>
  protected args!: ArgsOf<T>
  /** All arguments, in their order: also those that a command takes without naming them. */
  protected words!: readonly string[]
  #printer: Printer | undefined

  /** Reuses the given configuration: oclif would load everything again. */
  static override async run<T extends Command>(
    this: new (argv: string[], config: Config) => T,
    argv: string[] = process.argv.slice(2),
    options?: Interfaces.LoadOptions,
  ): Promise<ReturnType<T['run']>> {
    // Casts: a command resolves to the result of its run().
    const command: unknown = options instanceof Config ? new this(argv, options) : undefined
    if (command instanceof KittyCommand) return command._run<ReturnType<T['run']>>()
    return Command.run.call(this, argv, options) as Promise<ReturnType<T['run']>>
  }

  protected override async init(): Promise<void> {
    await super.init()
    // Where NODE_ENV is "development", oclif adds to each refused command line that the command did not parse it.
    this.parsed = true
    const { flags, args, argv } = await this.parse({
      flags: this.ctor.flags,
      baseFlags: KittyCommand.baseFlags,
      enableJsonFlag: this.ctor.enableJsonFlag,
      args: fromCommandLine(this.ctor.args),
      strict: this.ctor.strict,
    })
    // Casts: the parser uses this class's own definitions, which its type cannot express.
    this.flags = { ...unsetBooleans(this.ctor.flags), ...flags } as FlagsOf<T>
    this.args = args as ArgsOf<T>
    this.words = argv.map(String)
  }

  /** Resolves a service from the process's container. */
  protected async service<S>(token: ServiceId<S>): Promise<S> {
    return (await resolverOf(this)).resolve(token)
  }

  /** The command's subject and its actor; looks up feature names in `store`. */
  protected async scope(store: EventStore): Promise<Scope> {
    const { Scope } = await import('../services/scope.js')
    return new Scope(await this.service(Workspace), await this.service(Session), store)
  }

  protected get printer(): Printer {
    this.#printer ??= new Printer({ noColor: this.#noColor })
    return this.#printer
  }

  /**
   * Prints for people; prints nothing with `--json`.
   * @param render gives lines, each of which stays one line whatever the names in it contain; or a page that a renderer
   * has put into lines
   */
  protected show(render: (style: Style) => readonly string[] | string): void {
    if (this.jsonEnabled()) return
    const page = render(this.#style(standardOutput(1)))
    this.printer.out(typeof page === 'string' ? page : plainLines(page))
  }

  /**
   * Prints events as they arrive, no faster than they are read, until they end, a signal ends the command (exit 130,
   * 143) or the reader leaves.
   * @throws KittyError UsageError with `--json`: one document cannot hold an endless stream.
   */
  protected async stream(
    format: EventFormat,
    open: (signal: AbortSignal) => AsyncIterable<readonly EventDocument[]>,
  ): Promise<void> {
    if (this.jsonEnabled()) throw noEndInJson()
    const { EventPrinter } = await import('./event-printer.js')
    await this.interruptible(async (interruption) => {
      // Signals must be handled even when no one reads the output, so we must not wait for writes: use process.stdout.
      this.#printer ??= new Printer({ noColor: this.#noColor, stdout: process.stdout })
      ;(await this.service(Notices)).follow((warning) => this.printer.warn(warning))
      const events = new EventPrinter(this.#printer, this.#style(process.stdout), format)
      await events.printAll(open(interruption.signal), interruption)
    })
  }

  /**
   * Shows a page that updates in place until the user quits (q) or a signal arrives. Restores the terminal.
   * @throws KittyError UsageError with `--json`, or when stdout is not a capable terminal.
   */
  protected async live<P>(
    open: (signal: AbortSignal) => AsyncIterable<P>,
    render: (page: P, style: Style) => string,
  ): Promise<void> {
    if (this.jsonEnabled()) throw noEndInJson()
    if (!process.stdout.isTTY || process.env['TERM'] === 'dumb') throw noTerminal()
    const { LiveScreen } = await import('./live-screen.js')
    await this.interruptible(async (interruption) => {
      const screen = new LiveScreen(process.stdout, process.stdin, () => this.#style(process.stdout), {
        quit: () => interruption.stop(),
        interrupt: () => interruption.interrupt('SIGINT'),
      })
      const text = (page: P, style: Style): string => this.printer.clean(render(page, style))
      await screen.showAll(open(interruption.signal), text, interruption.signal)
    })
  }

  /**
   * Gives a page the terminal and its keys until the user quits or a signal arrives.
   * @throws KittyError UsageError with `--json`, or when stdin or stdout is not a capable terminal.
   */
  protected async interactive(
    show: (terminal: BoardTerminal, signal: AbortSignal) => Promise<void>,
  ): Promise<void> {
    if (this.jsonEnabled()) throw noKeysInJson()
    if (!process.stdout.isTTY || !process.stdin.isTTY || process.env['TERM'] === 'dumb') throw noKeyboard()
    await this.interruptible(async (interruption) => {
      const terminal: BoardTerminal = {
        output: process.stdout,
        input: process.stdin,
        style: () => this.#style(process.stdout),
        now: () => new Date(),
        clean: (text) => this.printer.clean(text),
        quit: () => interruption.stop(),
        interrupt: () => interruption.interrupt('SIGINT'),
      }
      await show(terminal, interruption.signal)
    })
  }

  /** Runs what goes on until a signal ends it in order. */
  protected async interruptible(work: (interruption: Interruption) => Promise<void>): Promise<void> {
    const { Interruption } = await import('./interruption.js')
    const interruption = new Interruption()
    try {
      await work(interruption)
    } finally {
      interruption.close()
    }
  }

  /** The success document: the result, plus warnings. */
  protected async document(result: object): Promise<unknown> {
    return { ...result, warnings: (await this.service(Notices)).all }
  }

  /** Warns of each skipped log line once; verify lists the untidiness that a merge leaves behind. */
  protected async warnOfProblems(problems: readonly LogProblem[]): Promise<void> {
    const notices = await this.service(Notices)
    for (const warning of problemWarnings(problems)) notices.warn(warning)
  }

  override logJson(document: unknown): void {
    this.printer.json(document)
  }

  /** Keeps a record of what the command was refused, if it has the storage. Never changes the outcome. */
  protected recordRefusal(error: unknown): void {
    const record = recordOf(error, this.id?.replaceAll(':', ' ') ?? this.ctor.name)
    if (record !== undefined) this.errorStorage?.record(record)
  }

  protected override async catch(error: unknown): Promise<void> {
    if (isQuietExit(error)) {
      process.exitCode = error.oclif.exit
      return
    }
    this.recordRefusal(error)
    const { args, flags, examples } = this.ctor
    const { origin: plugin } = this
    const failure = failureOf(error, { id: this.id ?? this.ctor.id, args, flags, examples, plugin })
    process.exitCode = failure.exitCode
    if (this.jsonEnabled()) this.printer.json({ error: failure.document })
    else this.printer.error(renderFailure(failure.document, this.#style(standardOutput(2))))
    if (process.env['KITTY_DEBUG']) this.printer.error(failure.stack)
  }

  protected override async finally(error: Error | undefined): Promise<void> {
    // Parsing fails before the container exists; at that point there are no warnings.
    if (containerIsOpen()) for (const warning of (await this.service(Notices)).all) this.printer.warn(warning)
    await super.finally(error)
  }

  /** The package that the command comes from, if it is not kitty's own. */
  protected get origin(): string | undefined {
    return undefined
  }

  get #noColor(): boolean {
    return this.argv.includes('--no-color')
  }

  #style(stream: StyleFacts['stream']): Style {
    return terminalStyle({ env: process.env, stream, noColor: this.#noColor })
  }
}

/**
 * An argument that is not typed is not there. oclif would take what stdin holds for it: in a loop that reads lines, the
 * rest of the list, and only if it arrives within a few milliseconds.
 */
function fromCommandLine(args: typeof Command.args = {}): typeof Command.args {
  return Object.fromEntries(
    Object.entries(args).map(([name, arg]) => [name, { ignoreStdin: true, ...arg }] as const),
  )
}

/** oclif leaves out a boolean flag that was not given, although its type says that it is false. */
function unsetBooleans(flags: typeof Command.flags = {}): Record<string, boolean> {
  const booleans = Object.entries(flags).filter(([, { type }]) => type === 'boolean')
  return Object.fromEntries(booleans.map(([name]) => [name, false]))
}
