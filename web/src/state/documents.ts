/** What the server sends, in the shapes of `kitty … --json`. Only types: nothing of the program is in the page. */
import type {
  ConflictDocument,
  FeatureStatusDocument,
  WorkPackageDetailDocument,
  WorkPackageDocument,
} from '../../../src/core/projections/board-document.js'
import type { About, FeatureRow, PackagePage, Row, StreamMessage } from '../../../src/core/web/documents.js'

export type { ConflictDocument, FeatureStatusDocument, WorkPackageDetailDocument, WorkPackageDocument }
export type { About, FeatureRow, PackagePage, Row, StreamMessage }

/** A message that changes the rows. */
export type BoardMessage = Exclude<StreamMessage, { type: 'failed' }>
