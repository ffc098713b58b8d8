import { element, escaped } from './markup.js'

export interface Series {
  readonly name: string
  /** A class of `PICTURE_STYLE`: `c0` … `c7`. */
  readonly color: string
  /** As many as the chart has positions; null leaves a gap. */
  readonly values: readonly (number | null)[]
  readonly kind: 'area' | 'line' | 'dashed' | 'bar' | 'point'
}

export interface ChartSpec {
  readonly title: string
  /** Labels of the positions from left to right. */
  readonly labels: readonly string[]
  /** The first is drawn first, below the others. */
  readonly series: readonly Series[]
  readonly unit?: string
}

export const CHART_WIDTH = 960
export const CHART_HEIGHT = 300
const PLOT = { left: 56, right: 16, top: 44, bottom: 58 }
const GRID_LINES = 4
const MOST_LABELS = 8

/** A chart as a group of SVG, CHART_WIDTH by CHART_HEIGHT, for `PICTURE_STYLE`. Without script, and with its title. */
export function chart({ title, labels, series, unit = '' }: ChartSpec): string {
  const most = niceMost(Math.max(1, ...series.flatMap(({ values }) => values.map((value) => value ?? 0))))
  const width = CHART_WIDTH - PLOT.left - PLOT.right
  const height = CHART_HEIGHT - PLOT.top - PLOT.bottom
  const isBars = series.some(({ kind }) => kind === 'bar')
  const step = width / Math.max(1, isBars ? labels.length : labels.length - 1)
  const x = (at: number): number => rounded(PLOT.left + step * (isBars ? at + 0.5 : at))
  const y = (value: number): number => rounded(PLOT.top + height * (1 - value / most))
  const drawn = series.map((one) => shape(one, x, y, step))
  const lines = Array.from({ length: GRID_LINES + 1 }, (_, at) => (most * at) / GRID_LINES)
  return element(
    'g',
    { role: 'img', 'aria-label': title },
    element('text', { x: PLOT.left, y: 24, class: 'title' }, escaped(title)),
    ...lines.map((value) =>
      element('path', { class: 'grid', d: `M${PLOT.left} ${y(value)}H${PLOT.left + width}` }),
    ),
    ...lines.map((value) =>
      element(
        'text',
        { x: PLOT.left - 8, y: y(value) + 4, class: 'end' },
        escaped(`${shortNumber(value)}${unit}`),
      ),
    ),
    ...drawn,
    ...axis(labels).map(([label, at]) =>
      element('text', { x: x(at), y: PLOT.top + height + 18, class: 'middle' }, escaped(label)),
    ),
    legend(series),
  )
}

function shape(
  { kind, color, values }: Series,
  x: (at: number) => number,
  y: (value: number) => number,
  step: number,
): string {
  const points = values.flatMap((value, at) => (value === null ? [] : [[x(at), y(value)] as const]))
  const path = points.map(([left, top], at) => `${at === 0 ? 'M' : 'L'}${left} ${top}`).join('')
  const [first, last] = [points[0], points.at(-1)]
  if (first === undefined || last === undefined) return ''
  switch (kind) {
    case 'area':
      return element('path', { class: `area ${color}`, d: `${path}L${last[0]} ${y(0)}L${first[0]} ${y(0)}Z` })
    case 'line':
    case 'dashed':
      return element('path', { class: `${kind} ${color}`, d: path })
    case 'bar': {
      const wide = Math.min(40, step * 0.7)
      return points
        .map(([left, top]) =>
          element('rect', {
            class: `area ${color}`,
            x: rounded(left - wide / 2),
            y: top,
            width: rounded(wide),
            height: rounded(y(0) - top),
          }),
        )
        .join('')
    }
    case 'point':
      return points.map(([cx, cy]) => element('circle', { class: `area ${color}`, cx, cy, r: 3.5 })).join('')
    default:
      return kind satisfies never
  }
}

function legend(series: readonly Series[]): string {
  let left = PLOT.left
  return series
    .map(({ name, color }) => {
      const at = left
      left += 30 + name.length * 7.2
      return (
        element('rect', {
          class: `area ${color}`,
          x: at,
          y: CHART_HEIGHT - 22,
          width: 10,
          height: 10,
          rx: 2,
        }) + element('text', { x: at + 15, y: CHART_HEIGHT - 13 }, escaped(name))
      )
    })
    .join('')
}

/** At most so many labels, evenly spread. */
function axis(labels: readonly string[]): [label: string, at: number][] {
  const step = Math.max(1, Math.ceil(labels.length / MOST_LABELS))
  return labels.flatMap((label, at): [string, number][] => (at % step === 0 ? [[label, at]] : []))
}

/** The least of 1, 2, 4, 5, 8, 10, 20 … that is not less. */
function niceMost(value: number): number {
  const size = 10 ** Math.floor(Math.log10(value))
  return ([1, 2, 4, 5, 8, 10].find((one) => one * size >= value) ?? 10) * size
}

function shortNumber(value: number): string {
  return Number.isInteger(value) ? String(value) : value.toFixed(value < 1 ? 2 : 1)
}

function rounded(value: number): number {
  return Math.round(value * 10) / 10
}
