import { h } from 'preact'
import { useState } from 'preact/hooks'
import { featureName, laneName, when } from '../format.js'
import type { ConflictDocument } from '../state/documents.js'
import { linkTo } from '../state/place.js'
import { failureOf, write } from '../state/server.js'
import { announce, type Failure, useStore } from '../state/store.js'
import { Holder } from './holder.js'
import { NextSteps } from './next-steps.js'

interface ConflictProps {
  readonly conflict: ConflictDocument
  /** False where a heading says already which package it is about. */
  readonly isNamed?: boolean
}

/** Both sides of a conflict, one button each. */
export function Conflict({ conflict, isNamed = true }: ConflictProps): h.JSX.Element {
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
        {isNamed && (
          <a class="named" dir="auto" title={title} {...linkTo({ open: `${feature}/${entity_id}` })}>
            <b>{entity_id}</b> {title}
          </a>
        )}{' '}
        <small>
          {isNamed && `${featureName(feature)} · `}
          {register}, {events.length} concurrent changes
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
              {isTold(events, value) && ` by ${actor}`}
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

/** Whether several sides wrote the same value, as two claims of one package do: only the actor tells them apart. */
function isTold(events: ConflictDocument['events'], value: unknown): boolean {
  return events.filter((event) => textOf(event.value) === textOf(value)).length > 1
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? laneName(value) : JSON.stringify(value)
}
