import { KittyError } from '../../errors/kitty-error.js'
import { shownWords } from '../../errors/next-step.js'
import type { TransferDocument } from '../../transfer/document.js'
import type { ImportReport } from './import-report.js'
import { counted } from '../../errors/counted.js'

/**
 * The error of an import that succeeded except for parts of the source that could not be read. Undefined if there are
 * none.
 */
export function importFailure(report: ImportReport): KittyError | undefined {
  const { problems, dry_run: dryRun } = report
  const [first] = problems
  if (first === undefined) return undefined
  const parts = counted(problems.length, 'part')
  const place = `${first.file}${first.line === null ? '' : `:${first.line}`}`
  return new KittyError(
    'ValidationError',
    `${parts} of the source could not be imported; the first: ${place}: ${first.message}.`,
    {
      nextSteps: [
        dryRun
          ? 'Correct the source, or import the rest as it is.'
          : 'The rest is imported. Correct the source and run the import again.',
      ],
      context: { ...report },
    },
  )
}

/** @throws KittyError UsageError for a source of which nothing is of the format: importing the rest would import nothing */
export function refuseForeign({ format, features, problems }: TransferDocument, path: string): void {
  const [first] = problems
  const isRead = features.some(({ items, notes }) => items.length > 0 || notes.length > 0)
  if (first === undefined || isRead) return
  const place = `${first.file}${first.line === null ? '' : `:${first.line}`}`
  throw new KittyError(
    'UsageError',
    `${path} has nothing to import as ${format}: ${place} ${first.message}.`,
    {
      nextSteps: [
        'Name a file or folder of that format, or another format.',
        ...shownWords(['kitty', 'import', '--help']),
      ],
      context: { path, format, problems },
    },
  )
}

export function badZone(zone: string): KittyError {
  return new KittyError('UsageError', `${JSON.stringify(zone)} is no time zone.`, {
    nextSteps: ['Write --zone Europe/Berlin, or --zone +02:00.'],
    context: { zone },
  })
}

/** The log needs a name of the source, to know it again at the next import. */
export function unnamed(place: string): KittyError {
  return new KittyError(
    'UsageError',
    'The source has no name: the file names no project, and it is outside of this repository.',
    {
      nextSteps: ['Name it with --source NAME, and use the same name next time.'],
      context: { path: place },
    },
  )
}
