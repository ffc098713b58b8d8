/** Colors of every picture, for light and for dark pages. Lanes take `c0` … by what they mean. */
export const PICTURE_STYLE = `
:root { --paper: #ffffff; --text: #1f2328; --soft: #5b6168; --line: #e4e2dd; --c0: #9ca3af; --c1: #6f9bf2; --c2: #e0a43a; --c3: #a585ec; --c4: #4fae6a; --c5: #dd6b64; --c6: #3aa89b; --c7: #d678a8 }
@media (prefers-color-scheme: dark) { :root { --paper: #15171a; --text: #e8e6e1; --soft: #a3a9b1; --line: #343a41 } }
svg text { font: 12px system-ui, -apple-system, 'Segoe UI', Roboto, 'Liberation Sans', sans-serif; fill: var(--soft) }
svg .title { font-size: 15px; font-weight: 600; fill: var(--text) }
svg .paper { fill: var(--paper) }
svg .end { text-anchor: end }
svg .middle { text-anchor: middle }
svg .grid { stroke: var(--line); fill: none }
svg .line, svg .dashed { fill: none; stroke-width: 2; stroke-linejoin: round }
svg .dashed { stroke-dasharray: 6 5 }
${Array.from({ length: 8 }, (_, at) => `svg .area.c${at} { fill: var(--c${at}) } svg .line.c${at}, svg .dashed.c${at} { stroke: var(--c${at}) }`).join('\n')}
`

const MIDDLE = ['c1', 'c2', 'c3', 'c6', 'c7'] as const

/** A lane's color by what the lane means. */
export function laneColors(
  lanes: readonly string[],
  initial: string,
  done: readonly string[],
  dropped: readonly string[],
): Map<string, string> {
  let between = 0
  return new Map(
    lanes.map((lane) => {
      if (lane === initial || dropped.includes(lane)) return [lane, 'c0']
      if (done.includes(lane)) return [lane, 'c4']
      if (/reject|block/.test(lane)) return [lane, 'c5']
      return [lane, MIDDLE[between++ % MIDDLE.length] ?? 'c1']
    }),
  )
}
