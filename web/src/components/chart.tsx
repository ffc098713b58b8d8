import { h } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import uPlot from 'uplot'

interface Series {
  readonly name: string
  /** A custom property of the page: `var(--green)`. */
  readonly color: string
  readonly y: readonly (number | null)[]
  readonly isDashed?: boolean
  readonly isFilled?: boolean
}

export interface ChartData {
  readonly kind: 'areas' | 'lines' | 'bars' | 'points'
  /** Seconds since 1970. */
  readonly x: readonly number[]
  readonly series: readonly Series[]
  readonly unit?: string
  readonly table: {
    readonly head: readonly string[]
    readonly rows: readonly (readonly (string | number | null)[])[]
  }
}

const HEIGHT = 240
/** uPlot types its own builders as optional. */
const bars = uPlot.paths.bars?.({ size: [0.7, 40] }) ?? (() => null)
const dark = matchMedia('(prefers-color-scheme: dark)')

/** A canvas by uPlot in the page's colors, as wide as it may be. The table next to it is what a screen reader reads. */
export function Chart({ title, data }: { title: string; data: ChartData }): h.JSX.Element {
  const element = useRef<HTMLDivElement>(null)
  useEffect(() => {
    const place = element.current
    if (place === null) return undefined
    let plot: uPlot | undefined
    const draw = (): void => {
      plot?.destroy()
      plot = new uPlot(options(data, place), [[...data.x], ...data.series.map(({ y }) => [...y])], place)
    }
    draw()
    const resized = new ResizeObserver(() => plot?.setSize({ width: place.clientWidth, height: HEIGHT }))
    resized.observe(place)
    dark.addEventListener('change', draw)
    return () => {
      resized.disconnect()
      dark.removeEventListener('change', draw)
      plot?.destroy()
    }
  }, [data])
  return (
    <div>
      <div
        ref={element}
        class="plot"
        role="img"
        aria-label={`${title}, a chart. Its figures are in the table below.`}
      />
      <ul class="legend">
        {data.series.map(({ name, color }) => (
          <li key={name} style={{ '--lane': color }}>
            {name}
          </li>
        ))}
      </ul>
    </div>
  )
}

function options({ kind, x, series, unit = '' }: ChartData, place: HTMLElement): uPlot.Options {
  const style = getComputedStyle(place)
  // A canvas knows no custom property: the element wears the color, and says what it is.
  const colorOf = (color: string): string => {
    place.style.color = color
    return style.color
  }
  const [text, line, card] = [colorOf('var(--soft)'), colorOf('var(--line)'), colorOf('var(--card)')]
  const axis = {
    stroke: text,
    grid: { stroke: line, width: 1 },
    ticks: { show: false },
    font: `12px ${style.fontFamily}`,
  }
  // Bars and points are as wide as they are at the edges too. One day is no range: uPlot would run from then to 0.
  const margin = (first: number, last: number): number =>
    kind === 'bars' ? WEEK / 2 : first === last ? DAY : kind === 'points' ? (last - first) / 40 : 0
  return {
    width: place.clientWidth,
    height: HEIGHT,
    legend: { show: false },
    cursor: { show: false },
    padding: [10, 26, 0, 0],
    scales: {
      x: {
        time: false,
        range: (_, first, last) => [first - margin(first, last), last + margin(first, last)],
      },
      y: { range: (_, __, most) => [0, Math.max(1, most * 1.06)] },
    },
    axes: [
      {
        ...axis,
        grid: { show: false },
        size: 30,
        splits: (_, __, first, last) =>
          kind === 'bars' ? every(x, place.clientWidth / 90) : days(first, last, place.clientWidth / 90),
        values: (_, values) =>
          values.map((value) => new Date(value * 1000).toLocaleDateString(undefined, DAY_FORMAT)),
      },
      {
        ...axis,
        size: 44,
        values: (_, values) =>
          values.map((value) => (Number.isInteger(value) || unit ? `${value}${unit && ` ${unit}`}` : '')),
      },
    ],
    series: [
      {},
      ...series.map((one, at): uPlot.Series => {
        const color = colorOf(one.color)
        const isPoints = kind === 'points' && at === 0
        return {
          label: one.name,
          stroke: color,
          width: kind === 'areas' ? 1 : 2,
          spanGaps: true,
          points: isPoints ? { show: true, size: 7, fill: color } : { show: false },
          ...(one.isDashed && { dash: [6, 5] }),
          ...(kind === 'areas' && { fill: `color-mix(in srgb, ${color} 70%, ${card})` }),
          ...(one.isFilled && { fill: `color-mix(in srgb, ${color} 14%, transparent)` }),
          ...(kind === 'bars' && { fill: color, paths: bars }),
          ...(isPoints && { paths: () => null }),
        }
      }),
    ],
  }
}

const DAY = 86_400
const WEEK = 7 * DAY
const DAY_FORMAT = { month: 'short', day: 'numeric', timeZone: 'UTC' } as const
const STEPS = [1, 2, 7, 14, 28, 91, 182, 364]

/** Days to mark, no more than there is room for. */
function days(first: number, last: number, most: number): number[] {
  const step = DAY * (STEPS.find((one) => (last - first) / (one * DAY) <= most) ?? 1_820)
  const start = Math.ceil(first / DAY) * DAY
  return Array.from(
    { length: Math.max(0, Math.floor((last - start) / step) + 1) },
    (_, at) => start + at * step,
  )
}

/** Values to mark, no more than there is room for. */
function every(values: readonly number[], most: number): number[] {
  const step = Math.max(1, Math.ceil(values.length / most))
  return values.filter((_, at) => at % step === 0)
}
