import type {
  FeatureStatusDocument,
  WorkPackageDetailDocument,
  WorkPackageDocument,
} from '../projections/board-document.js'

/** What the page needs to know before it shows the first row. */
export interface About {
  /** Name of the repository's folder. */
  readonly repository: string
  /** The actor of the `kitty web` process. */
  readonly actor: string
  readonly read_only: boolean
  /** In the workflow's order. */
  readonly lanes: readonly string[]
  readonly initial: string
  readonly done: readonly string[]
  /** Lanes for packages that are no longer wanted. */
  readonly dropped: readonly string[]
  /** For each lane, the lanes reachable without force, with the guards that each move must pass. */
  readonly moves: Readonly<
    Record<string, readonly { readonly to: string; readonly requires: readonly string[] }[]>
  >
}

/** A feature as in `status --json`, but without its packages, which are separate rows. */
export type FeatureRow = Omit<FeatureStatusDocument, 'lanes'>

/** One row of the board. The key is `feature/WP01` for a work package and the slug for a feature. */
export type Row = WorkPackageDocument | FeatureRow

/** A message on the stream. `id` and `type` are sent as fields of the server-sent event; one without an ID leaves the last. */
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
      /** Total number of rows. A truncated answer has fewer. */
      readonly count: number
      readonly reason: string
    }
  /** The board cannot be read now; the rows are those of before. The next `rows` or `reset` ends that. */
  | {
      readonly type: 'failed'
      readonly message: string
      /** Sentences, and commands with their words. */
      readonly next_steps: readonly { readonly text: string; readonly argv: readonly string[] | null }[]
    }

/** Everything that the page shows about one package. */
export interface PackagePage {
  readonly work_package: WorkPackageDetailDocument
  readonly subtasks: readonly {
    readonly id: string
    /** As the package's file words it; null when it has no box there. */
    readonly text: string | null
    readonly done: boolean
  }[]
  readonly body: Body
}

/** A package's text: parsed, or raw if it is too long to parse. Null if the package has no file. */
export type Body =
  | { readonly kind: 'markdown'; readonly tokens: readonly BodyToken[] }
  | { readonly kind: 'text'; readonly text: string }
  | null

/** The elements that the page may create from a body. */
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
