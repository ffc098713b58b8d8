import { h } from 'preact'
import { featureName, grouped, laneName } from '../format.js'
import { criticalPath, type Layered, layers, type Node } from '../graph/layers.js'
import type { About, WorkPackageDocument } from '../state/documents.js'
import { linkTo } from '../state/place.js'
import { useStore } from '../state/store.js'
import { laneColor } from './lane-colors.js'

const WIDTH = 190
const HEIGHT = 62
const GAP = { x: 56, y: 14 }

interface PackageNode extends Node {
  readonly card: WorkPackageDocument
}

/** What waits for what, one graph per feature, with the longest unfinished chain marked. */
export function DependenciesView({ about }: { about: About }): h.JSX.Element {
  const packages = useStore((state) => state.packages)
  const chosen = useStore(({ place }) => place.feature)
  const groups = grouped(packages.values(), ({ feature }) => feature)
  const slugs = [...groups.keys()].filter((slug) => chosen === '' || slug === chosen).sort()
  return (
    <main class="dependencies">
      <h1>Dependencies</h1>
      {slugs.map((slug) => (
        <Graph key={slug} about={about} slug={slug} cards={groups.get(slug) ?? []} />
      ))}
    </main>
  )
}

function Graph({
  about,
  slug,
  cards,
}: {
  about: About
  slug: string
  cards: readonly WorkPackageDocument[]
}): h.JSX.Element {
  const nodes = cards.map((card): PackageNode => {
    const { work_package, dependencies, lane } = card
    return { id: work_package, dependencies, isDone: [...about.done, ...about.dropped].includes(lane), card }
  })
  const placed = layers(nodes)
  const path = criticalPath(nodes)
  const order = new Map(path.map((id, at) => [id, at]))
  const ranks = Math.max(0, ...placed.map(({ rank }) => rank)) + 1
  const rows = Math.max(0, ...placed.map(({ place }) => place)) + 1
  const size = { width: ranks * (WIDTH + GAP.x) - GAP.x, height: rows * (HEIGHT + GAP.y) - GAP.y }
  return (
    <section class="graph">
      <h2>
        {featureName(slug)} {path.length > 0 && <small>critical path: {path.join(' → ')}</small>}
      </h2>
      <div class="scroll" tabIndex={0} role="group" aria-label={`Dependencies of ${featureName(slug)}`}>
        <div class="nodes" style={{ width: `${size.width}px`, height: `${size.height}px` }}>
          <Edges placed={placed} order={order} size={size} />
          {placed.map(({ node: { id, card }, rank, place }) => (
            <a
              key={id}
              class={`node${order.has(id) ? ' critical' : ''}`}
              style={{
                left: `${left(rank)}px`,
                top: `${top(place)}px`,
                '--lane': laneColor(about, card.lane),
              }}
              {...linkTo({ open: `${slug}/${id}` })}
            >
              <b>{id}</b> <small>{laneName(card.lane)}</small>
              <span>{card.title}</span>
            </a>
          ))}
        </div>
      </div>
    </section>
  )
}

interface EdgesProps {
  readonly placed: readonly Layered<PackageNode>[]
  /** Places in the critical path. */
  readonly order: ReadonlyMap<string, number>
  readonly size: { readonly width: number; readonly height: number }
}

function Edges({ placed, order, size }: EdgesProps): h.JSX.Element {
  const byId = new Map(placed.map((one) => [one.node.id, one]))
  return (
    <svg {...size} aria-hidden="true">
      {placed.flatMap(({ node, rank, place }) =>
        node.dependencies.map((id) => {
          const from = byId.get(id)
          if (from === undefined) return null
          const [x1, y1] = [left(from.rank) + WIDTH, top(from.place) + HEIGHT / 2]
          const [x2, y2] = [left(rank), top(place) + HEIGHT / 2]
          const bend = Math.max(24, Math.abs(x2 - x1) / 2)
          const isCritical = order.has(id) && order.get(node.id) === (order.get(id) ?? 0) + 1
          return (
            <path
              key={`${id} ${node.id}`}
              class={isCritical ? 'critical' : undefined}
              d={`M${x1} ${y1}C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`}
            />
          )
        }),
      )}
    </svg>
  )
}

const left = (rank: number): number => rank * (WIDTH + GAP.x)
const top = (place: number): number => place * (HEIGHT + GAP.y)
