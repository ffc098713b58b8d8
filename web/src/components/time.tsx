import { h } from 'preact'
import { useEffect, useMemo, useState } from 'preact/hooks'
import { featureName, laneName, plural, when } from '../format.js'
import { type Columns, columnsOf, lanesAfter, upToClock } from '../state/columns.js'
import { lanesWith } from '../state/board.js'
import type { About, FeatureStatusDocument } from '../state/documents.js'
import { linkTo } from '../state/place.js'
import { ask, read } from '../state/server.js'
import { type State, useStore } from '../state/store.js'
import { Changes } from './changes.js'
import { ForeignLane } from './foreign-lane.js'
import { laneColor } from './lane-colors.js'
import { useRead } from './use-read.js'

const PLAY_MS = 8_000
const CARDS = 100
/** Several rows that change together are one reason to ask. */
const CHANGES_MS = 300

interface Moment {
  readonly clock: number
  readonly features: readonly FeatureStatusDocument[]
}

/** The board at any moment of its past: one answer of columns, moved in without asking again. */
export function TimeView({ about }: { about: About }): h.JSX.Element {
  const packages = useStore((state: State) => state.packages)
  const { answer: columns, failure } = useRead(
    async () => columnsOf(await (await ask('columns')).arrayBuffer()),
    [packages],
    (last) => (last === undefined ? 0 : CHANGES_MS),
  )
  // Null follows the newest change.
  const [chosen, stand] = useState<number | null>(null)
  const [isPlaying, play] = useState(false)
  const [moment, show] = useState<Moment>()
  const at = columns === undefined ? 0 : wholeClock(columns, chosen ?? columns.count)
  useEffect(
    () => (isPlaying && columns ? playOn(columns.count, at, stand, () => play(false)) : undefined),
    [isPlaying],
  )
  if (columns === undefined)
    return <main class="empty">{failure === undefined ? 'Loading …' : failure.message}</main>
  const clock = columns.clocks[at - 1] ?? 0
  const time = columns.times[at - 1]
  const choose = (change: number | null): void => {
    play(false)
    stand(change)
  }
  const askDetails = (): void => {
    read<Moment>('at', { clock: String(clock) }).then(
      ({ features }) => show({ clock, features }),
      () => undefined,
    )
  }
  return (
    <main class="time">
      <h1>Time</h1>
      <div class="slider">
        <button
          aria-pressed={isPlaying}
          onClick={() => {
            if (at === columns.count) stand(0)
            play(!isPlaying)
          }}
        >
          {isPlaying ? 'Pause' : 'Play'}
        </button>
        <input
          type="range"
          aria-label="Moment"
          aria-valuetext={
            time === undefined ? 'before the first event' : `clock ${clock}, ${when(time * 1000)}`
          }
          min={0}
          max={columns.count}
          value={at}
          onInput={({ currentTarget }) => choose(Number(currentTarget.value))}
          onChange={askDetails}
        />
        <button disabled={chosen === null} onClick={() => choose(null)}>
          Now
        </button>
        <output>
          {time === undefined ? 'Before the first event' : when(time * 1000)} <small>clock {clock}</small>
        </output>
      </div>
      <PastLanes
        about={about}
        columns={columns}
        changes={at}
        moment={moment?.clock === clock ? moment : undefined}
      />
      <Changes columns={columns} upTo={at} />
    </main>
  )
}

/** Several changes can have one clock value: all of them belong to the moment. */
function wholeClock(columns: Columns, changes: number): number {
  return upToClock(columns, columns.clocks[Math.min(changes, columns.count) - 1] ?? -1)
}

function playOn(count: number, from: number, choose: (at: number) => void, end: () => void): () => void {
  const start = performance.now() - (from / Math.max(1, count)) * PLAY_MS
  let frame = requestAnimationFrame(function next(now) {
    const at = Math.min(count, Math.floor(((now - start) / PLAY_MS) * count))
    choose(at)
    if (at < count) frame = requestAnimationFrame(next)
    else end()
  })
  return () => cancelAnimationFrame(frame)
}

interface PastProps {
  readonly about: About
  readonly columns: Columns
  readonly changes: number
  /** Titles as they were; until they have come, today's. */
  readonly moment: Moment | undefined
}

function PastLanes({ about, columns, changes, moment }: PastProps): h.JSX.Element {
  const packages = useStore((state) => state.packages)
  const feature = useStore(({ place }) => place.feature)
  const titles = useMemo(
    () =>
      new Map(
        moment?.features.flatMap(({ lanes }) =>
          Object.values(lanes).flatMap((cards) =>
            cards.map((card): [string, string] => [`${card.feature}/${card.work_package}`, card.title]),
          ),
        ),
      ),
    [moment],
  )
  const lanes = lanesAfter(columns, changes)
  const last = (columns.places[changes - 1] ?? 0) >>> 8
  const shown = columns.packages.flatMap(([slug, id], number) =>
    feature === '' || slug === feature
      ? [{ number, slug, id, lane: columns.lanes[lanes[number] ?? -1] }]
      : [],
  )
  return (
    <div class="lanes past" tabIndex={-1}>
      {lanesWith(
        about,
        shown.flatMap(({ lane }) => lane ?? []),
      ).map((lane) => {
        const cards = shown.filter((card) => card.lane === lane)
        return (
          <section
            key={lane}
            class="lane"
            style={{ '--lane': laneColor(about, lane) }}
            aria-label={laneName(lane)}
            data-lane={lane}
          >
            <h2>
              {laneName(lane)} <span class="number">{cards.length}</span>
            </h2>
            <ForeignLane about={about} lane={lane} />
            <ul>
              {cards.slice(0, CARDS).map(({ number, slug, id }) => {
                const key = `${slug}/${id}`
                return (
                  <li key={key} class={`chip${changes > 0 && number === last ? ' fresh' : ''}`}>
                    <a {...linkTo({ open: key })}>
                      <b>{id}</b> {titles.get(key) ?? packages.get(key)?.title ?? featureName(slug)}
                    </a>
                  </li>
                )
              })}
            </ul>
            {cards.length > CARDS && <p>{plural(cards.length - CARDS, 'more card')}</p>}
          </section>
        )
      })}
    </div>
  )
}
