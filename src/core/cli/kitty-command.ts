import { Command, Flags, type Interfaces } from '@oclif/core'
import { containerIsOpen, resolverOf, TOKENS, type Token } from '../di/tokens.js'
import type { LogProblem } from '../log/event-log.js'
import { failureOf, isQuietExit } from './failure.js'
import { Printer } from './print.js'
import { problemWarnings } from './problem-warnings.js'
import { renderFailure } from './render/error.js'
import { type Style, terminalStyle } from './style.js'

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

  protected flags!: FlagsOf<T>
  protected args!: ArgsOf<T>
  #printer: Printer | undefined

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
  protected async service<S>(token: Token<S>): Promise<S> {
    return (await resolverOf(this)).resolve(token)
  }

  protected get printer(): Printer {
    this.#printer ??= new Printer({ noColor: this.#noColor })
    return this.#printer
  }

  /** Prints for people: nothing with `--json`. */
  protected show(render: (style: Style) => string): void {
    if (!this.jsonEnabled()) this.printer.out(render(this.#style(process.stdout)))
  }

  /** The success document: the result, and what else there is to say. */
  protected async document(result: object): Promise<unknown> {
    return { ...result, warnings: (await this.service(TOKENS.Notices)).all }
  }

  /** Names the lines of the log that were passed over, each once; what a merge merely left untidy is verify's to list. */
  protected async warnOfProblems(problems: readonly LogProblem[]): Promise<void> {
    const notices = await this.service(TOKENS.Notices)
    for (const warning of problemWarnings(problems)) notices.warn(warning)
  }

  override logJson(document: unknown): void {
    this.printer.json(document)
  }

  protected override async catch(error: unknown): Promise<void> {
    if (isQuietExit(error)) {
      process.exitCode = error.oclif.exit
      return
    }
    const failure = failureOf(error)
    process.exitCode = failure.exitCode
    if (this.jsonEnabled()) this.printer.json({ error: failure.document })
    else this.printer.error(renderFailure(failure.document, this.#style(process.stderr)))
    if (process.env['KITTY_DEBUG']) this.printer.error(failure.stack)
  }

  protected override async finally(error: Error | undefined): Promise<void> {
    // Parsing fails before there is a container, and nothing has been noticed then.
    if (containerIsOpen()) for (const warning of (await this.service(TOKENS.Notices)).all) this.printer.warn(warning)
    await super.finally(error)
  }

  get #noColor(): boolean {
    return this.argv.includes('--no-color')
  }

  #style(stream: { isTTY?: boolean; columns?: number }): Style {
    return terminalStyle({ env: process.env, stream, noColor: this.#noColor })
  }
}
