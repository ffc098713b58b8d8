import { ImportBoard, type ImportBoardRequest } from '../../src/core/services/transfer/import-board.js'
import type { ImportReport } from '../../src/core/services/transfer/import-report.js'
import { TransferFormats } from '../../src/core/services/transfer/transfer-formats.js'
import type { Resolver } from '../../src/core/token.js'

/** Runs `kitty import` in this process. */
export async function bring(
  services: Resolver,
  format: string,
  path: string,
  rest: Partial<ImportBoardRequest> = {},
): Promise<ImportReport> {
  const request = {
    importer: (await services.resolve(TransferFormats)).importer(format),
    path,
    feature: undefined,
    source: undefined,
    maps: [],
    zone: undefined,
    dryRun: false,
    actor: 'ada',
    progress: () => undefined,
  }
  return (await services.resolve(ImportBoard)).import({ ...request, ...rest })
}
