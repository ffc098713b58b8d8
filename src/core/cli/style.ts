/** How output looks where it goes: colour, symbols, width. Decided once a command, handed to every page. */

export interface Style {
  readonly colour: boolean
  /** False where a terminal is known not to draw more than ASCII. */
  readonly unicode: boolean
  /** Columns; Infinity when nothing limits a line. */
  readonly width: number
  /** True on a terminal: columns, bars and rules. False when piped: one fact a line, nothing cut off. */
  readonly terminal: boolean
}

export interface StyleFacts {
  readonly env: Readonly<Record<string, string | undefined>>
  /** The stream that is written to, or as much of it as counts. */
  readonly stream: { readonly isTTY?: boolean | undefined; readonly columns?: number | undefined }
  /** `--no-color` */
  readonly noColor: boolean
}

/** What a tone means, not what it looks like: the palette below is the one place that knows colours. */
export type Tone = 'strong' | 'faint' | 'good' | 'bad' | 'warn' | 'active' | 'review'

// The sixteen colours a person's theme defines, so that each is readable on light and dark.
const PALETTE: Readonly<Record<Tone, readonly [on: number, off: number]>> = {
  strong: [1, 22],
  faint: [2, 22],
  good: [32, 39],
  bad: [31, 39],
  warn: [33, 39],
  active: [36, 39],
  review: [35, 39],
}

const DEFAULT_WIDTH = 80
const NARROWEST = 20

/**
 * The style for one stream. NO_COLOR (https://no-color.org) and `--no-color` win over FORCE_COLOR, which wins
 * over what the stream is; `FORCE_COLOR=0` forbids colour as it does in Node.
 */
export function terminalStyle({ env, stream, noColor }: StyleFacts): Style {
  const isTTY = stream.isTTY === true
  const forced = env['FORCE_COLOR']
  const forbidden = noColor || (env['NO_COLOR'] ?? '') !== '' || forced === '0' || forced === 'false'
  const wanted = forced !== undefined || (isTTY && env['TERM'] !== 'dumb')
  return {
    colour: !forbidden && wanted,
    unicode: drawsUnicode(env),
    width: isTTY ? Math.max(NARROWEST, stream.columns || DEFAULT_WIDTH) : Infinity,
    terminal: isTTY,
  }
}

/** A locale that is set and is not UTF-8 says no; so do the Linux console and a dumb terminal. */
function drawsUnicode(env: StyleFacts['env']): boolean {
  if (env['TERM'] === 'linux' || env['TERM'] === 'dumb') return false
  const locale = env['LC_ALL'] || env['LC_CTYPE'] || env['LANG']
  return locale === undefined || locale === '' || /utf-?8/i.test(locale)
}

/** The text in its tone; as it is where there is no colour. */
export function paint(text: string, tone: Tone | undefined, style: Style): string {
  if (!style.colour || tone === undefined || text === '') return text
  const [on, off] = PALETTE[tone]
  return `\u001b[${on}m${text}\u001b[${off}m`
}

/** Matches the sequences `paint` writes and no other, for whoever lets colour through and nothing else. */
export function paletteSequences(): RegExp {
  const codes = new Set(Object.values(PALETTE).flat())
  return new RegExp(`\u001b\\[(?:${[...codes].join('|')})m`, 'g')
}

interface Symbols {
  readonly barDone: string
  readonly barLeft: string
  readonly rule: string
  readonly done: string
  readonly working: string
  readonly blocked: string
  readonly warning: string
  readonly arrow: string
  readonly dot: string
  readonly ellipsis: string
}

const UNICODE: Symbols = {
  barDone: '━',
  barLeft: '─',
  rule: '─',
  done: '✓',
  working: '●',
  blocked: '⛔',
  warning: '▲',
  arrow: '→',
  dot: '·',
  ellipsis: '…',
}

const ASCII: Symbols = {
  barDone: '#',
  barLeft: '-',
  rule: '-',
  done: '+',
  working: '*',
  blocked: '!',
  warning: '!',
  arrow: '->',
  dot: '-',
  ellipsis: '~',
}

/** Piped text is ASCII of ours: what reads it may be anything. */
export function symbolsOf(style: Style): Symbols {
  return style.unicode && style.terminal ? UNICODE : ASCII
}
