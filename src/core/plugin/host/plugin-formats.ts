import { isKittyError, KittyError, systemCode } from '../../errors/kitty-error.js'
import type { TransferDocument, WrittenFile } from '../../transfer/document.js'
import type { Exporter, Importer } from '../../transfer/formats.js'
import { withoutBadEdges } from '../../transfer/graph.js'
import { LossCount } from '../../transfer/text.js'
import { documentFault } from './document-fault.js'
import { withoutExit, withoutExitUntil } from './no-exit.js'

/** The importer, whose failures name the plugin and not kitty. */
export function importerOf(plugin: string, importer: Importer): Importer {
  const { format, summary, places } = importer
  return {
    format,
    summary,
    places,
    accepts: (path) => inFormat(plugin, format, () => importer.accepts(path)),
    read: (files, options) =>
      inFormatLater(plugin, format, async () => {
        const document = await importer.read(files, { ...options, table: structuredClone(options.table) })
        const fault = documentFault(document)
        if (fault !== undefined) throw new Error(fault)
        return withoutCycles(document)
      }),
  }
}

/** The exporter, whose failures name the plugin and not kitty. */
export function exporterOf(plugin: string, exporter: Exporter): Exporter {
  const { format, summary, isFolder } = exporter
  return {
    format,
    summary,
    isFolder,
    write: (document, table) =>
      inFormatLater(plugin, format, async () => {
        const files = await exporter.write(document, structuredClone(table))
        if (!areFiles(files)) throw new Error('it wrote no files')
        return files
      }),
  }
}

function inFormat<T>(plugin: string, format: string, work: () => T): T {
  try {
    return withoutExit(work)
  } catch (error) {
    throw failed(plugin, format, error)
  }
}

async function inFormatLater<T>(plugin: string, format: string, work: () => Promise<T>): Promise<T> {
  try {
    return await withoutExitUntil(work)
  } catch (error) {
    throw failed(plugin, format, error)
  }
}

function failed(plugin: string, format: string, error: unknown): unknown {
  if (isKittyError(error) || systemCode(error) !== undefined) return error
  const reason = error instanceof Error ? error.message : String(error)
  return new KittyError('InternalError', `The format ${format} of the plugin ${plugin} failed: ${reason}`, {
    nextSteps: ['Nothing was written. Report it to the author of the plugin.'],
    context: { plugin, format },
    cause: error,
  })
}

/** kitty's own readers leave out what no package may wait for: one would wait for itself, or two for one another. */
function withoutCycles(document: TransferDocument): TransferDocument {
  const losses = new LossCount()
  const features = document.features.map((feature) => {
    const { items, dropped } = withoutBadEdges(feature.items)
    for (const { why } of dropped) losses.add(`dependency (${why})`, 'dropped')
    return { ...feature, items }
  })
  return { ...document, features, losses: [...document.losses, ...losses.losses] }
}

function areFiles(value: unknown): value is readonly WrittenFile[] {
  if (!Array.isArray(value)) return false
  return value.every((file: unknown) => {
    if (typeof file !== 'object' || file === null) return false
    const { path, text } = file as Partial<Record<keyof WrittenFile, unknown>>
    return typeof path === 'string' && typeof text === 'string'
  })
}
