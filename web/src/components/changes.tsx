import { h } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { laneName, plural } from '../format.js'
import { boardAfter, type Columns, upToClock } from '../state/columns.js'
import type { FeatureStatusDocument } from '../state/documents.js'
import { linkTo } from '../state/place.js'
import { failureOf, read } from '../state/server.js'
import { useStore } from '../state/store.js'

const VISIT = `kitty-visit ${location.pathname}`
/** The clock this browser had seen when it was last here; what this visit sees counts from the next. */
const lastVisit = Number(localStorage.getItem(VISIT) ?? 0)

type Since = 'yesterday' | 'visit' | 'commit'

/** By `feature/WP01`. */
type Before = ReadonlyMap<string, string>

/** Which packages are in another lane than they were. */
export function Changes({ columns, upTo }: { columns: Columns; upTo: number }): h.JSX.Element {
  const [since, choose] = useState<Since>('yesterday')
  const [commit, name] = useState('HEAD')
  const [atCommit, learn] = useState<Before>()
  const [failure, fail] = useState('')
  const packages = useStore((state) => state.packages)
  useEffect(() => {
    localStorage.setItem(VISIT, String(columns.clocks[columns.count - 1] ?? 0))
  }, [columns])
  const askCommit = (): void => {
    fail('')
    read<{ features: readonly FeatureStatusDocument[] }>('at', { revision: commit }).then(
      ({ features }) => learn(lanesOf(features)),
      (error: unknown) => fail(failureOf(error).message),
    )
  }
  const before = since === 'commit' ? atCommit : lanesThen(columns, since)
  const changed = before === undefined ? [] : differences(before, lanesThen(columns, upTo))
  return (
    <section class="changes">
      <h2>Changes</h2>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          askCommit()
        }}
      >
        <label>
          Since{' '}
          <select value={since} onChange={({ currentTarget }) => choose(currentTarget.value as Since)}>
            <option value="yesterday">yesterday</option>
            <option value="visit">your last visit</option>
            <option value="commit">a commit</option>
          </select>
        </label>
        {since === 'commit' && (
          <input
            aria-label="Commit"
            value={commit}
            onInput={({ currentTarget }) => name(currentTarget.value)}
          />
        )}
        {since === 'commit' && <button>Compare</button>}
      </form>
      {failure !== '' && <p role="alert">{failure}</p>}
      <p>{plural(changed.length, 'change')}</p>
      <ul>
        {changed.slice(0, 200).map(([key, from, to]) => (
          <li key={key}>
            <a {...linkTo({ open: key })}>
              <b>{key.split('/')[1]}</b> {packages.get(key)?.title ?? key}
            </a>{' '}
            <span>
              {from === undefined ? 'new in' : `${laneName(from)} →`}{' '}
              {to === undefined ? 'gone' : laneName(to)}
            </span>
          </li>
        ))}
      </ul>
    </section>
  )
}

/** Yesterday is part of what happened since yesterday: in the morning nothing else has. */
function lanesThen(columns: Columns, moment: number | 'yesterday' | 'visit'): Before {
  const changes =
    moment === 'visit'
      ? upToClock(columns, lastVisit)
      : moment === 'yesterday'
        ? beforeTime(columns, new Date().setHours(-24, 0, 0, 0) / 1000)
        : moment
  return boardAfter(columns, changes)
}

/** Changes up to the last one before that time: watches differ, so times are not in order. */
function beforeTime({ times, count }: Columns, seconds: number): number {
  let at = count
  while (at > 0 && (times[at - 1] ?? 0) >= seconds) at -= 1
  return at
}

function lanesOf(features: readonly FeatureStatusDocument[]): Before {
  return new Map(
    features.flatMap(({ lanes }) =>
      Object.entries(lanes).flatMap(([lane, cards]) =>
        cards.map(({ feature, work_package }) => [`${feature}/${work_package}`, lane] as const),
      ),
    ),
  )
}

function differences(
  before: Before,
  after: Before,
): [key: string, from: string | undefined, to: string | undefined][] {
  return [...new Set([...before.keys(), ...after.keys()])]
    .filter((key) => before.get(key) !== after.get(key))
    .map((key) => [key, before.get(key), after.get(key)])
}
