/** How output looks at its destination: color, symbols, width. Decided once per command and passed to every page. */

export interface Style {
  readonly colour: boolean
  /** False for a terminal known to draw only ASCII. */
  readonly unicode: boolean
  /** In columns; Infinity when lines have no limit. */
  readonly width: number
  /** True on a terminal: columns, bars and rules. False when piped: one fact per line, nothing cut off. */
  readonly terminal: boolean
}

export interface StyleFacts {
  readonly env: Readonly<Record<string, string | undefined>>
  /** The output stream, reduced to the properties that matter. */
  readonly stream: { readonly isTTY?: boolean | undefined; readonly columns?: number | undefined }
  /** True with `--no-color`. */
  readonly noColor: boolean
}

/** The meaning of a tone, not its look: only the palette below knows colors. */
export type Tone = 'strong' | 'faint' | 'good' | 'bad' | 'warn' | 'active' | 'review' | 'chosen'

// The sixteen colors of the user's theme, so that each is readable on light and dark backgrounds.
const PALETTE: Readonly<Record<Tone, readonly [on: number, off: number]>> = {
  strong: [1, 22],
  faint: [2, 22],
  good: [32, 39],
  bad: [31, 39],
  warn: [33, 39],
  active: [36, 39],
  review: [35, 39],
  chosen: [7, 27],
}

const DEFAULT_WIDTH = 80
const NARROWEST = 20

/**
 * The style for one stream. NO_COLOR (https://no-color.org) and `--no-color` override FORCE_COLOR, which overrides the
 * stream's own kind; `FORCE_COLOR=0` turns color off, as in Node.
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

/** False when a locale is set that is not UTF-8, on the Linux console and on a dumb terminal. */
function drawsUnicode(env: StyleFacts['env']): boolean {
  if (env['TERM'] === 'linux' || env['TERM'] === 'dumb') return false
  const locale = env['LC_ALL'] || env['LC_CTYPE'] || env['LANG']
  // Windows has no locale in the environment. Its old console draws in a code page; what has taken its place says so.
  if (!locale && env['OS'] === 'Windows_NT')
    return ['WT_SESSION', 'TERM_PROGRAM', 'ConEmuANSI', 'MSYSTEM'].some((name) => Boolean(env[name]))
  return locale === undefined || locale === '' || /utf-?8/i.test(locale)
}

/** The text in its tone; unchanged without color. */
export function paint(text: string, tone: Tone | undefined, style: Style): string {
  if (!style.colour || tone === undefined || text === '') return text
  const [on, off] = PALETTE[tone]
  return `\u001b[${on}m${text}\u001b[${off}m`
}

/** Matches exactly the sequences that `paint` writes, for callers that let color through and nothing else. */
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
  readonly chosen: string
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
  chosen: '›',
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
  chosen: '>',
}

/** Piped output uses only ASCII symbols, because any program may read it. */
export function symbolsOf(style: Style): Symbols {
  return style.unicode && style.terminal ? UNICODE : ASCII
}
