import { Command, Config, Flags, type Interfaces } from '@oclif/core'
import { KittyError } from '../errors/kitty-error.js'
import type { LogProblem } from '../log/event-log.js'
import type { EventDocument } from '../projections/board-document.js'
import type { EventFormat } from './event-printer.js'
import { failureOf, isQuietExit } from './failure.js'
import { Printer } from './print.js'
import { standardOutput } from './standard-output.js'
import { problemWarnings } from './problem-warnings.js'
import { renderFailure } from './render/error.js'
import { type Style, type StyleFacts, terminalStyle } from './style.js'
import { Notices } from '../errors/notices.js'
import { recordOf } from '../errors/error-record.js'
import type { ErrorStorage } from '../errors/error-storage.js'
import type { Scope } from '../services/scope.js'
import type { EventStore } from '../store/event-store.js'
import { Session } from '../workspace/session.js'
import { Workspace } from '../workspace/workspace.js'
import { containerIsOpen, resolverOf, type ServiceId } from '../token.js'

/** How long a stream goes on after its reader has left, in milliseconds. */
const READER_LOOK_MS = 500

type FlagsOf<T extends typeof Command> = Interfaces.InferredFlags<
  (typeof KittyCommand)['baseFlags'] & T['flags']
>
type ArgsOf<T extends typeof Command> = Interfaces.InferredArgs<T['args']>

/**
 * What every command shares: parsed input, one way to print, one way to fail. A command returns its JSON document;
 * with `--json` that, or the failure's, is the only thing stdout ever sees.
 */
export abstract class KittyCommand<T extends typeof Command> extends Command {
  static override enableJsonFlag = true
  static override baseFlags = {
    color: Flags.boolean({ allowNo: true, hidden: true, default: true, summary: 'Colour on a terminal.' }),
  }

  /** Given by `@WithErrorStorage`, which keeps a record there of what the command was refused. */
  declare readonly errorStorage?: ErrorStorage

  protected flags!: FlagsOf<T>
  protected args!: ArgsOf<T>
  #printer: Printer | undefined

  /** Takes the configuration as it comes: oclif would load what it has loaded already anew. */
  static override async run<T extends Command>(
    this: new (argv: string[], config: Config) => T,
    argv: string[] = process.argv.slice(2),
    options?: Interfaces.LoadOptions,
  ): Promise<ReturnType<T['run']>> {
    // Casts: what a command answers is what its run does.
    const command: unknown = options instanceof Config ? new this(argv, options) : undefined
    if (command instanceof KittyCommand) return command._run<ReturnType<T['run']>>()
    return Command.run.call(this, argv, options) as Promise<ReturnType<T['run']>>
  }

  protected override async init(): Promise<void> {
    await super.init()
    const { flags, args } = await this.parse({
      flags: this.ctor.flags,
      baseFlags: KittyCommand.baseFlags,
      enableJsonFlag: this.ctor.enableJsonFlag,
      args: this.ctor.args,
      strict: this.ctor.strict,
    })
    // The parser was given this class's own definitions; its type cannot say so.
    this.flags = flags as FlagsOf<T>
    this.args = args as ArgsOf<T>
  }

  /** A service of the process's container. */
  protected async service<S>(token: ServiceId<S>): Promise<S> {
    return (await resolverOf(this)).resolve(token)
  }

  /** What the command is about and who runs it: names of features are looked up in `store`. */
  protected async scope(store: EventStore): Promise<Scope> {
    const { Scope } = await import('../services/scope.js')
    return new Scope(await this.service(Workspace), await this.service(Session), store)
  }

  protected get printer(): Printer {
    this.#printer ??= new Printer({ noColor: this.#noColor })
    return this.#printer
  }

  /** Prints for people: nothing with `--json`. */
  protected show(render: (style: Style) => string): void {
    if (!this.jsonEnabled()) this.printer.out(render(this.#style(standardOutput(1))))
  }

  /**
   * Prints events as they come, no faster than they are read, until there are no more, a signal ends the command
   * (exit 130, 143) or nobody reads any more.
   * @throws KittyError UsageError with `--json`: one document cannot hold what has no end.
   */
  protected async stream(
    format: EventFormat,
    open: (signal: AbortSignal) => AsyncIterable<readonly EventDocument[]>,
  ): Promise<void> {
    if (this.jsonEnabled()) throw noEndInJson()
    const [{ EventPrinter }, { Interruption }, { PipeReader }] = await Promise.all([
      import('./event-printer.js'),
      import('./interruption.js'),
      import('../platform/pipe-reader.js'),
    ])
    const interruption = new Interruption()
    const reader = new PipeReader(process.stdout.fd)
    // On a quiet log no write would find out.
    const look = setInterval(() => {
      if (reader.isGone()) interruption.stop()
    }, READER_LOOK_MS)
    // A signal must be heard while nobody reads, and so what is written must not be waited for.
    this.#printer ??= new Printer({ noColor: this.#noColor, stdout: process.stdout })
    try {
      await new EventPrinter(this.#printer, this.#style(process.stdout), format).printAll(
        open(interruption.signal),
        interruption,
      )
    } finally {
      clearInterval(look)
      interruption.close()
    }
  }

  /**
   * Shows a page that changes in place, until it is quit (q) or interrupted. The terminal is left as it was found.
   * @throws KittyError UsageError with `--json`, or where stdout is no terminal that can do it.
   */
  protected async live<P>(
    open: (signal: AbortSignal) => AsyncIterable<P>,
    render: (page: P, style: Style) => string,
  ): Promise<void> {
    if (this.jsonEnabled()) throw noEndInJson()
    if (!process.stdout.isTTY || process.env['TERM'] === 'dumb') throw noTerminal()
    const [{ LiveScreen }, { Interruption }] = await Promise.all([
      import('./live-screen.js'),
      import('./interruption.js'),
    ])
    const interruption = new Interruption()
    const screen = new LiveScreen(process.stdout, process.stdin, () => this.#style(process.stdout), {
      quit: () => interruption.stop(),
      interrupt: () => interruption.interrupt('SIGINT'),
    })
    try {
      for await (const page of open(interruption.signal)) {
        if (interruption.signal.aborted) break
        screen.open()
        const text = (style: Style): string => this.printer.clean(render(page, style))
        screen.show({ text, note: `live, as of ${new Date().toISOString().slice(11, 19)} UTC` })
      }
    } finally {
      screen.close()
      interruption.close()
    }
  }

  /** The success document: the result, and what else there is to say. */
  protected async document(result: object): Promise<unknown> {
    return { ...result, warnings: (await this.service(Notices)).all }
  }

  /** Names the lines of the log that were passed over, each once; what a merge merely left untidy is verify's to list. */
  protected async warnOfProblems(problems: readonly LogProblem[]): Promise<void> {
    const notices = await this.service(Notices)
    for (const warning of problemWarnings(problems)) notices.warn(warning)
  }

  override logJson(document: unknown): void {
    this.printer.json(document)
  }

  /** Keeps a record of what the command was refused, where it was given the storage. Never changes the outcome. */
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
    const failure = failureOf(error)
    process.exitCode = failure.exitCode
    if (this.jsonEnabled()) this.printer.json({ error: failure.document })
    else this.printer.error(renderFailure(failure.document, this.#style(standardOutput(2))))
    if (process.env['KITTY_DEBUG']) this.printer.error(failure.stack)
  }

  protected override async finally(error: Error | undefined): Promise<void> {
    // Parsing fails before there is a container, and nothing has been noticed then.
    if (containerIsOpen()) for (const warning of (await this.service(Notices)).all) this.printer.warn(warning)
    await super.finally(error)
  }

  get #noColor(): boolean {
    return this.argv.includes('--no-color')
  }

  #style(stream: StyleFacts['stream']): Style {
    return terminalStyle({ env: process.env, stream, noColor: this.#noColor })
  }
}

function noEndInJson(): KittyError {
  return new KittyError(
    'UsageError',
    '--json answers with one document, and this goes on until it is interrupted.',
    {
      nextSteps: ['--format jsonl, for one document an event', 'or leave out what makes it go on'],
    },
  )
}

function noTerminal(): KittyError {
  return new KittyError('UsageError', '--watch draws on a terminal, and stdout is none.', {
    nextSteps: ['kitty watch, for a stream of events', 'kitty status, for the board as it is now'],
  })
}
