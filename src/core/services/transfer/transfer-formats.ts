import { inject, injectable } from 'inversify'
import { KittyError } from '../../errors/kitty-error.js'
import { Formats } from '../../plugin/host/extensions.js'
import type { Exporter, Importer } from '../../transfer/formats.js'
import { shownWords } from '../../errors/next-step.js'

/** The formats of imports and exports: kitty's own and those of plugins. */
@injectable()
export class TransferFormats {
  constructor(@inject(Formats) private readonly formats: Formats) {}

  /** @throws KittyError UsageError that names the existing formats */
  importer(format: string): Importer {
    const { importers } = this.formats
    return importers.find((one) => one.format === format) ?? refuse('import', format, importers)
  }

  /** @throws KittyError UsageError that names the existing formats */
  exporter(format: string): Exporter {
    const { exporters } = this.formats
    return (
      exporters.find((one) => one.format === format) ?? refuse('export', format, [...WHOLE, ...exporters])
    )
  }
}

/** What `kitty export` writes without an exporter. */
const WHOLE = [
  { format: 'jsonl', summary: 'the events, one per line' },
  { format: 'html', summary: 'board and flow on one page' },
]

function refuse(
  command: string,
  format: string,
  formats: readonly { readonly format: string; readonly summary: string }[],
): never {
  throw new KittyError('UsageError', `${JSON.stringify(format)} is no format that kitty can ${command}.`, {
    nextSteps: formats.flatMap(({ format: name, summary }) => shownWords(['kitty', command, name], summary)),
    context: { format, formats: formats.map(({ format: name }) => name) },
  })
}
