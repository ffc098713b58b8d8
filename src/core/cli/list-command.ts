import type { Command } from '@oclif/core'
import { KittyCommand } from './kitty-command.js'
import type { ListFlags, Truncated } from './fit-list.js'
import { standardOutput } from './standard-output.js'
import type { Style } from './style.js'

/** In a pipe, a short word prints at most this many lines of a list: a caller that needs more says so. */
const SHORT_LIMIT = 50

export interface Listing<Row> {
  /** The key of the rows in the JSON document. */
  readonly key: string
  readonly rows: readonly Row[]
  /** How many there are, if `rows` has no more than `mostRows` of them. */
  readonly total?: number
  readonly render: (rows: readonly Row[], style: Style) => string
  /** Adds the number of rows to the document. */
  readonly count?: true
}

/** Base of the commands that print a list: one meaning of `--limit`, `--fields`, `--brief` and `--budget`. */
export abstract class ListCommand<T extends typeof Command> extends KittyCommand<T> {
  // For oclif's manifest, which looks no further up than a class without static members of its own.
  static override baseFlags = KittyCommand.baseFlags

  /** Prints the list and returns its document. */
  protected async list<Row extends object>({
    key,
    rows,
    total,
    render,
    count,
  }: Listing<Row>): Promise<unknown> {
    const [{ fitList, leftOutLine, pickFields }, { fieldTable }, { withoutEmpty }] = await Promise.all([
      import('./fit-list.js'),
      import('./render/field-table.js'),
      import('../projections/documents.js'),
    ])
    const flags = this.#listFlags
    const json = this.jsonEnabled()
    const documents = (some: readonly Row[]): readonly object[] => {
      const picked = flags.fields === undefined ? some : pickFields(some, flags.fields)
      return flags.brief === true ? picked.map((row) => withoutEmpty(row)) : picked
    }
    const document = (some: readonly Row[], truncated: Truncated | null) => ({
      [key]: documents(some),
      ...(count === true && { count: some.length }),
      truncated,
    })
    const text = (some: readonly Row[], truncated: Truncated | null, style: Style): string => {
      const list =
        flags.fields === undefined ? render(some, style) : fieldTable(pickFields(some, flags.fields), style)
      return [list, ...(truncated === null ? [] : [leftOutLine(truncated)])].join('\n')
    }
    const plain: Style = { colour: false, unicode: true, width: Infinity, terminal: false }
    const { rows: fitting, truncated } = fitList({
      rows,
      total,
      flags,
      argv: ['kitty', ...(this.id ?? '').split(':'), ...this.argv],
      defaultLimit: this.defaultLimit,
      printed: (some, rest) =>
        json ? JSON.stringify({ ...document(some, rest), warnings: [] }) : text(some, rest, plain),
    })
    this.show((style) => text(fitting, truncated, style))
    return this.document(document(fitting, truncated))
  }

  /** The number of rows that can be shown at most, so that no more need be read. Undefined if all can. */
  protected async mostRows(): Promise<number | undefined> {
    const { mostRows } = await import('./fit-list.js')
    return mostRows(this.#listFlags, this.defaultLimit)
  }

  /** The limit where `--limit` gives none. */
  protected get defaultLimit(): number | undefined {
    return standardOutput(1).isTTY === true ? undefined : this.limitOfText
  }

  /** The default limit of a short word's text. JSON and the long forms have none. */
  protected get limitOfText(): number | undefined {
    return this.id?.includes(':') === false && !this.jsonEnabled() ? SHORT_LIMIT : undefined
  }

  get #listFlags(): ListFlags {
    // Cast: every list has these flags, which the type of another command's flags does not say.
    return this.flags as ListFlags
  }
}
