import type {
  FeatureStatusDocument,
  WorkPackageDetailDocument,
  WorkPackageDocument,
} from '../projections/board-document.js'

/** What the page needs to know before it shows a row. */
export interface About {
  /** The repository's folder. */
  readonly repository: string
  /** Who acts: the actor of the `kitty web` process. */
  readonly actor: string
  readonly read_only: boolean
  /** In the workflow's order. */
  readonly lanes: readonly string[]
  readonly initial: string
  readonly done: readonly string[]
  /** Lanes whose packages nobody wants any more. */
  readonly dropped: readonly string[]
  /** From each lane, the lanes that need no force, with the guards that are asked. */
  readonly moves: Readonly<
    Record<string, readonly { readonly to: string; readonly requires: readonly string[] }[]>
  >
}

/** A feature as `status --json` has it, without its packages, which are rows of their own. */
export type FeatureRow = Omit<FeatureStatusDocument, 'lanes'>

/** One row of the board. A work package's key is `feature/WP01`, a feature's its slug. */
export type Row = WorkPackageDocument | FeatureRow

/** What the stream carries. `id` and `type` travel as fields of the server-sent event. */
export type StreamMessage =
  | {
      readonly type: 'rows'
      readonly id: string
      readonly rows: readonly Row[]
      readonly gone: readonly string[]
    }
  | {
      readonly type: 'reset'
      readonly id: string
      readonly rows: readonly Row[]
      /** How many rows there are: an answer that was cut has fewer. */
      readonly count: number
      readonly reason: string
    }

/** Everything the page shows of one package. */
export interface PackagePage {
  readonly work_package: WorkPackageDetailDocument
  readonly subtasks: readonly { readonly id: string; readonly done: boolean }[]
  readonly body: Body
}

/** A package's text: parsed, or as it is where it is too long to parse. Null where it has no file. */
export type Body =
  | { readonly kind: 'markdown'; readonly tokens: readonly BodyToken[] }
  | { readonly kind: 'text'; readonly text: string }
  | null

/** Elements the page may make of a body. */
export const BODY_TAGS = [
  'p',
  'h1',
  'h2',
  'h3',
  'h4',
  'h5',
  'h6',
  'ul',
  'ol',
  'li',
  'blockquote',
  'pre',
  'code',
  'em',
  'strong',
  's',
  'a',
  'hr',
  'br',
  'table',
  'thead',
  'tbody',
  'tr',
  'th',
  'td',
  'input',
] as const

export type BodyTag = (typeof BODY_TAGS)[number]

/** An element with its content, or text. */
export type BodyToken =
  string | { readonly tag: BodyTag; readonly href?: string; readonly children: readonly BodyToken[] }
