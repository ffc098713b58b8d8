import type { Style } from '../style.js'

export interface Size {
  readonly rows: number
  readonly style: Style
  /** The reference for "3 minutes ago". */
  readonly now: Date
}
