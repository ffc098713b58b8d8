import { h, Fragment } from 'preact'
import { useEffect } from 'preact/hooks'
import { featureName, plural } from '../format.js'
import { boardFeatures, boardLanes, lanesWith, type Lanes } from '../state/board.js'
import type { About } from '../state/documents.js'
import { go } from '../state/place.js'
import { useStore } from '../state/store.js'
import { Decisions } from './decisions.js'
import { watchDrops } from './drag.js'
import { Lane } from './lane.js'

export function BoardView({ about }: { about: About }): h.JSX.Element {
  const place = useStore((state) => state.place)
  const lanes = useStore(boardLanes)
  const isEmpty = useStore(({ packages, hasBoard }) => hasBoard && packages.size === 0)
  const hasBoard = useStore((state) => state.hasBoard)
  const isLost = useStore(({ connection, failure }) => connection === 'lost' && failure === undefined)
  useEffect(watchDrops, [])
  const found = [...lanes.values()].reduce((sum, keys) => sum + keys.length, 0)
  return (
    <main class="board">
      <h1 class="hidden">Board</h1>
      {isLost && (
        <p class="banner" role="alert">
          Not connected: this board may be out of date, and nothing can be moved. <code>kitty web</code>{' '}
          brings it back.
        </p>
      )}
      <Decisions />
      <p class="count">
        {hasBoard ? plural(found, 'work package') : 'Loading …'}
        <label>
          <input
            type="checkbox"
            checked={place.rows}
            onChange={({ currentTarget }) => go({ rows: currentTarget.checked })}
          />
          Features as rows
        </label>
      </p>
      {isEmpty && <Empty />}
      {place.rows ? (
        <Features about={about} shown={lanesWith(about, lanes.keys())} />
      ) : (
        <Columns about={about} shown={lanesWith(about, lanes.keys())} lanes={lanes} />
      )}
      <p class="hidden" id="keys">
        Space takes the card, left and right arrows choose a lane, Space drops it, Escape puts it back. Enter
        opens it.
      </p>
    </main>
  )
}

interface ColumnsProps {
  readonly about: About
  /** The columns, in order. */
  readonly shown: readonly string[]
  readonly lanes: Lanes
  readonly slug?: string
}

function Columns({ about, shown, lanes, slug }: ColumnsProps): h.JSX.Element {
  return (
    <div class="lanes" tabIndex={-1}>
      {shown.map((lane) => (
        <Lane
          key={lane}
          about={about}
          lane={lane}
          keys={lanes.get(lane) ?? []}
          {...(slug !== undefined && { slug })}
        />
      ))}
    </div>
  )
}

function Features({ about, shown }: { about: About; shown: readonly string[] }): h.JSX.Element {
  const rows = useStore(boardFeatures)
  const features = useStore((state) => state.features)
  return (
    <>
      {rows.map(({ slug, lanes }) => {
        const { title, progress } = features.get(slug) ?? {}
        return (
          <details key={slug} class="feature" open={progress?.percent !== 100}>
            <summary>
              <h2>{title === undefined || title === slug ? featureName(slug) : title}</h2>
              {progress && (
                <span>
                  <progress max={progress.total} value={progress.done} aria-label="Done" /> {progress.done} of{' '}
                  {progress.total}
                </span>
              )}
            </summary>
            <Columns about={about} shown={shown} lanes={lanes} slug={slug} />
          </details>
        )
      })}
    </>
  )
}

function Empty(): h.JSX.Element {
  return (
    <div class="empty">
      <p>There is no work package yet. In the repository, run:</p>
      <pre>
        <code>kitty agent feature setup-spec my-feature</code>
      </pre>
    </div>
  )
}
