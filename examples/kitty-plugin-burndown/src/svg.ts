import type { Burndown } from './burndown.js'

const WIDTH = 640
const HEIGHT = 320
const EDGE = 40

/** The same as a picture: what was left as a line, the whole as a fainter one. */
export function svg({ days, goal }: Burndown): string {
  const most = Math.max(1, ...days.map(({ total }) => total))
  const x = (at: number): number =>
    EDGE + (days.length < 2 ? 0 : (at * (WIDTH - 2 * EDGE)) / (days.length - 1))
  const y = (points: number): number => HEIGHT - EDGE - (points * (HEIGHT - 2 * EDGE)) / most
  const line = (pick: 'open' | 'total'): string =>
    days.map((day, at) => `${x(at).toFixed(1)},${y(day[pick]).toFixed(1)}`).join(' ')
  const last = days.at(-1)
  const title =
    last === undefined
      ? 'nothing to burn down yet'
      : `${last.open} of ${last.total} points left on ${last.day}`
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" font-family="sans-serif" font-size="12">`,
    `<title>${title}</title>`,
    `<path d="M${EDGE} ${EDGE}V${HEIGHT - EDGE}H${WIDTH - EDGE}" fill="none" stroke="#888"/>`,
    `<polyline points="${line('total')}" fill="none" stroke="#bbb" stroke-dasharray="4 4"/>`,
    `<polyline points="${line('open')}" fill="none" stroke="#0a7" stroke-width="2"/>`,
    `<text x="${EDGE}" y="${EDGE - 12}">${title}${goal === null ? '' : `, goal ${goal}`}</text>`,
    `<text x="${EDGE}" y="${HEIGHT - EDGE + 18}">${days[0]?.day ?? ''}</text>`,
    `<text x="${WIDTH - EDGE}" y="${HEIGHT - EDGE + 18}" text-anchor="end">${last?.day ?? ''}</text>`,
    '</svg>',
  ].join('\n')
}
