import { KittyError } from '../errors/kitty-error.js'
import type { ImportReport } from './import-board.js'
import { counted } from '../errors/counted.js'

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
