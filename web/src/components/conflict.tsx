import { h } from 'preact'
import { useState } from 'preact/hooks'
import { featureName, laneName, when } from '../format.js'
import type { ConflictDocument } from '../state/documents.js'
import { linkTo } from '../state/place.js'
import { failureOf, type Failure, write } from '../state/server.js'
import { announce, useStore } from '../state/store.js'
import { Holder } from './holder.js'
import { NextSteps } from './next-steps.js'

/** Both sides of a conflict, one button each. */
export function Conflict({ conflict }: { conflict: ConflictDocument }): h.JSX.Element {
  const { feature, entity_id, register, events, winner } = conflict
  const [failure, fail] = useState<Failure>()
  const isOff = useStore(({ connection, about }) => connection !== 'live' || about?.read_only !== false)
  const title = useStore(({ packages }) => packages.get(`${feature}/${entity_id}`)?.title)
  const keep = (event: string): void => {
    write('resolve', { feature, entity: entity_id, keep: event }).then(
      () => announce(`${entity_id}: decided.`),
      (error: unknown) => fail(failureOf(error)),
    )
  }
  return (
    <div class="conflict">
      <p>
        <a {...linkTo({ open: `${feature}/${entity_id}` })}>
          <b>{entity_id}</b> {title}
        </a>{' '}
        <small>
          {featureName(feature)} · {register}, {events.length} concurrent changes
        </small>
      </p>
      <ul class="sides">
        {events.map(({ event_id, actor, value, timestamp }) => (
          <li key={event_id}>
            <b>{textOf(value)}</b>
            <Holder actor={actor} />
            <time dateTime={timestamp}>{when(timestamp)}</time>
            <button disabled={isOff} onClick={() => keep(event_id)}>
              Keep {textOf(value)}
              {event_id === winner && <small> (shown)</small>}
            </button>
          </li>
        ))}
      </ul>
      {failure && (
        <div class="refusal" role="alert">
          <p>{failure.message}</p>
          <NextSteps steps={failure.next_steps} />
        </div>
      )}
    </div>
  )
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? laneName(value) : JSON.stringify(value)
}
