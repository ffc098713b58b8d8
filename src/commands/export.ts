import { Args, Flags } from '@oclif/core'
import { WithErrorStorage } from '../aspects/with-error-storage.js'
import { WithEventStore } from '../aspects/with-event-store.js'
import { featureFlag } from '../core/cli/flags.js'
import { KittyCommand } from '../core/cli/kitty-command.js'
import { ExportBoard } from '../core/services/transfer/export-board.js'
import { ExportPage } from '../core/services/transfer/export-page.js'
import { TransferFormats } from '../core/services/transfer/transfer-formats.js'
import { type ExportDocument, WriteExport } from '../core/services/transfer/write-export.js'
import type { EventStore } from '../core/store/event-store.js'
import { counted } from '../core/errors/counted.js'

/** Exports the log as it is, without an intermediate form. */
const EVENTS = 'jsonl'
/** As a file's name, for other tools' users. */
const STDOUT = '-'
/** Exports board and flow, which no intermediate form holds. */
const PAGE = 'html'

export default class ExportCommand extends KittyCommand<typeof ExportCommand> {
  static override summary = "Write the board as another tool's files"
  static override description =
    'To stdout, or with --out to a file or folder. Formats: jsonl (the events), spec-kitty, beads, backlog, csv, html (board and flow on one page, without script or network), markdown (a board for a pull request), mermaid (dependencies), github (a script of gh calls, which kitty never runs), and those of plugins. What a format lacks travels in labels such as kitty:lane=rejected, and comes back with kitty import.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> markdown --feature 017',
    '<%= config.bin %> <%= command.id %> html --out board.html',
    '<%= config.bin %> <%= command.id %> beads --out issues.jsonl',
    '<%= config.bin %> <%= command.id %> backlog --out ../backlog-copy',
  ]
  static override args = {
    format: Args.string({ name: 'FORMAT', description: 'What to write.', required: true }),
  }
  static override flags = {
    feature: featureFlag,
    out: Flags.string({
      char: 'o',
      summary: 'File, or folder, to write to; - for stdout.',
      helpValue: 'FILE',
    }),
  }

  declare readonly eventStore: EventStore

  @WithErrorStorage
  @WithEventStore
  async run(): Promise<unknown> {
    const { format } = this.args
    const { feature: asked } = this.flags
    const out = this.flags.out === STDOUT ? undefined : this.flags.out
    const feature = await (await this.scope(this.eventStore)).chosenFeature(asked)
    const board = await this.service(ExportBoard)
    const target = await this.service(WriteExport)
    if (format === EVENTS) return this.#events(board.lines(feature), out, target)
    if (format === PAGE)
      return this.#single(await (await this.service(ExportPage)).page(feature), out, target)
    const exporter = (await this.service(TransferFormats)).exporter(format)
    const files = await board.files(exporter, feature)
    const text = files[0]?.text ?? ''
    if (exporter.isFolder) {
      const folder = target.folder(format, out, files)
      this.show(() => [`${counted(files.length, 'file')} written to ${folder}`])
      return this.#answer({ format, path: folder, files: files.map(({ path }) => path), text: null })
    }
    return this.#single(text, out, target)
  }

  async #single(text: string, out: string | undefined, target: WriteExport): Promise<unknown> {
    const { format } = this.args
    const path = out === undefined ? null : target.file(out, text)
    if (path !== null) this.show(() => [`Written to ${path}`])
    else if (!this.jsonEnabled()) this.printer.content(text)
    return this.#answer({ format, path, files: [], text: path === null ? text : null })
  }

  async #events(
    pages: AsyncIterable<readonly string[]>,
    out: string | undefined,
    target: WriteExport,
  ): Promise<unknown> {
    if (out !== undefined) {
      const path = await target.pages(out, pages)
      this.show(() => [`Written to ${path}`])
      return this.#answer({ format: EVENTS, path, files: [], text: null })
    }
    const lines: string[] = []
    for await (const page of pages) {
      if (this.jsonEnabled()) {
        lines.push(...page)
        continue
      }
      for (const line of page) this.printer.content(line)
      await this.printer.drained()
      if (this.printer.closed) break
    }
    return this.#answer({ format: EVENTS, path: null, files: [], text: lines.join('') })
  }

  #answer(document: ExportDocument): Promise<unknown> {
    return this.document(document)
  }
}
