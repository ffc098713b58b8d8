import type { BoardRow } from '../index/board-row.js'

/** How a package's file and the log differ. See docs/formats.md, "Marks". */
export type Mark =
  | 'changed'
  | 'behind'
  | 'new'
  | 'missing'
  | 'not checked out'
  | 'twice'
  | 'elsewhere'
  | 'unreadable'
  | 'cycle'
  | 'not in HEAD'

export interface MarkDocument {
  readonly mark: Mark
  /** What differs and what to do, in one sentence. */
  readonly text: string
}

export type MarksOf = (feature: string, workPackage: string) => readonly MarkDocument[]

/** What a board needs to know about the files. */
export interface BoardMarks {
  readonly marksOf: MarksOf
  /** Packages that have a file but no event yet. */
  readonly fresh: readonly BoardRow[]
  /** Files that were not compared because there are too many for one read. */
  readonly notCompared: number
}

const NONE: readonly MarkDocument[] = []

/** For boards that look at no file: the past has none. */
export const NO_MARKS: BoardMarks = { marksOf: () => NONE, fresh: [], notCompared: 0 }
