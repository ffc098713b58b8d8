import { join } from 'node:path'
import { Flags } from '@oclif/core'
import { Interruption } from '../core/cli/interruption.js'
import { KittyCommand } from '../core/cli/kitty-command.js'
import { openInBrowser } from '../core/cli/open-in-browser.js'
import { Notices } from '../core/errors/notices.js'
import { KittyError } from '../core/errors/kitty-error.js'
import { ROOT } from '../core/root.js'
import { ServeHttp } from '../core/mcp/serve-http.js'
import { type ServedBoard, WebBoard } from '../core/web/web-board.js'
import { shownCommand } from '../core/errors/next-step.js'

export default class WebCommand extends KittyCommand<typeof WebCommand> {
  static override summary = 'Serve the board to a browser'
  static override description =
    'A live board at 127.0.0.1: lanes, packages, time, flow and dependencies. Cards move by the rules of the command line, as the actor of this process. Runs until Ctrl-C. Port and token survive a restart; a page without the token shows nothing. docs/web.md has the rest.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> --open',
    '<%= config.bin %> <%= command.id %> --read-only --port 8080',
    '<%= config.bin %> <%= command.id %> --behind-proxy board.example.org --base-path /kitty/',
  ]
  static override flags = {
    port: Flags.integer({
      summary: 'The port to listen on. Default: the one it had before, else a free one.',
      min: 1,
      max: 65_535,
    }),
    open: Flags.boolean({ summary: 'Open the board in a browser.', default: false }),
    'read-only': Flags.boolean({ summary: 'Let no one change anything.', default: false }),
    'new-token': Flags.boolean({
      summary: 'Replace the token, so that open pages are locked.',
      default: false,
    }),
    host: Flags.string({
      summary: 'The address to listen on. Others than loopback need TLS or a proxy.',
      helpValue: 'ADDRESS',
    }),
    'tls-cert': Flags.string({ summary: 'Certificate to encrypt with.', helpValue: 'FILE' }),
    'tls-key': Flags.string({ summary: 'Its key.', helpValue: 'FILE' }),
    'behind-proxy': Flags.string({
      summary: 'The name by which browsers know the proxy that encrypts. Needs --base-path.',
      helpValue: 'NAME',
    }),
    'base-path': Flags.string({ summary: 'The path that the board is served under.', helpValue: 'PATH' }),
  }

  async run(): Promise<void> {
    const { flags } = this
    if (this.jsonEnabled()) throw noEndInJson()
    const interruption = new Interruption()
    const mcp = await this.service(ServeHttp)
    const board = await (
      await this.service(WebBoard)
    ).serve({
      port: flags.port,
      host: flags.host,
      tlsCert: flags['tls-cert'],
      tlsKey: flags['tls-key'],
      behindProxy: flags['behind-proxy'],
      basePath: flags['base-path'],
      readOnly: flags['read-only'],
      newToken: flags['new-token'],
      pageFolder: join(ROOT, 'dist', 'web'),
      mounted: { mcp: mcp.answer },
    })
    try {
      this.printer.out(
        `The board is at ${board.url}${flags['read-only'] ? ', read only' : ''}. Ctrl-C ends it.`,
      )
      ;(await this.service(Notices)).follow((warning) => this.printer.warn(warning))
      if (flags.open) await this.open(board)
      else this.printer.out('A browser that has not been here yet needs its token: kitty web --open')
      await interruption.aborted
    } finally {
      await mcp.close()
      await board.close()
      interruption.close()
    }
  }

  private async open(board: ServedBoard): Promise<void> {
    const page = board.openPage()
    if (await openInBrowser(page, process.env)) return
    this.printer.out(`No browser could be started. Open this file in one within 30 seconds: ${page}`)
  }
}

function noEndInJson(): KittyError {
  return new KittyError(
    'UsageError',
    '--json answers with one document, and the board is served until Ctrl-C.',
    {
      nextSteps: [
        ...shownCommand(['kitty', 'status', '--json'], 'the board as it is now'),
        'or leave --json out',
      ],
    },
  )
}
