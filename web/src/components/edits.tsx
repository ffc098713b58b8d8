import { h, type ComponentChildren } from 'preact'
import { useState } from 'preact/hooks'
import { when } from '../format.js'
import type { PackagePage, WorkPackageDetailDocument } from '../state/documents.js'
import { failureOf, write } from '../state/server.js'
import { announce, type Failure, useStore } from '../state/store.js'
import { Holder } from './holder.js'
import { More, PAGE } from './more.js'
import { NextSteps } from './next-steps.js'

type Page = WorkPackageDetailDocument

/** Runs a write of one section; what the service refuses is shown there. */
function useWrite(): {
  readonly run: (path: string, body: object, said: string) => Promise<boolean>
  readonly refusal: ComponentChildren
  readonly isOff: boolean
} {
  const [failure, fail] = useState<Failure>()
  const isOff = useStore(({ connection, about }) => connection !== 'live' || about?.read_only !== false)
  const run = (path: string, body: object, said: string): Promise<boolean> =>
    write(path, body).then(
      () => {
        fail(undefined)
        announce(said)
        return true
      },
      (error: unknown) => {
        fail(failureOf(error))
        return false
      },
    )
  const refusal = failure && (
    <div class="refusal" role="alert">
      <p>{failure.message}</p>
      <NextSteps steps={failure.next_steps} />
    </div>
  )
  return { run, refusal, isOff }
}

export function Subtasks({
  page,
  subtasks,
}: {
  page: Page
  subtasks: PackagePage['subtasks']
}): h.JSX.Element | null {
  const { run, refusal, isOff } = useWrite()
  const { feature, work_package } = page
  if (subtasks.length === 0) return null
  return (
    <section>
      <h2>
        Subtasks{' '}
        <small>
          {page.subtasks.done} of {page.subtasks.total}
        </small>
      </h2>
      {refusal}
      <ul class="ticks">
        {subtasks.map(({ id, text, done }) => (
          <li key={id}>
            <label>
              <input
                type="checkbox"
                checked={done}
                disabled={isOff}
                onChange={({ currentTarget }) => {
                  const now = currentTarget.checked
                  currentTarget.checked = done
                  void run(
                    'tick',
                    { feature, work_package, subtask: id, done: now },
                    `${id} ${now ? 'ticked' : 'open again'}.`,
                  )
                }}
              />{' '}
              <b>{id}</b> {text}
            </label>
          </li>
        ))}
      </ul>
    </section>
  )
}

const GATE_STATES = ['pending', 'passed', 'failed']

export function Gates({ page: { feature, gates_list } }: { page: Page }): h.JSX.Element | null {
  const { run, refusal, isOff } = useWrite()
  if (gates_list.length === 0) return null
  return (
    <section>
      <h2>Gates</h2>
      {refusal}
      <ul class="gates">
        {gates_list.map(({ gate_id, gate_type, status }) => (
          <li key={gate_id} class={status}>
            <label>
              {gate_type}{' '}
              <select
                value={status}
                disabled={isOff}
                onChange={({ currentTarget }) => {
                  const now = currentTarget.value
                  currentTarget.value = status
                  void run('gate', { feature, gate: gate_id, status: now }, `${gate_type} ${now}.`)
                }}
              >
                {GATE_STATES.map((state) => (
                  <option key={state}>{state}</option>
                ))}
              </select>
            </label>
          </li>
        ))}
      </ul>
    </section>
  )
}

export function Notes({ page: { feature, work_package, notes } }: { page: Page }): h.JSX.Element {
  const { run, refusal, isOff } = useWrite()
  const [text, write] = useState('')
  const [shown, show] = useState(PAGE)
  return (
    <section>
      <h2>Notes</h2>
      <More shown={shown} total={notes.length} show={show} />
      <ul class="notes">
        {notes.slice(-shown).map(({ event_id, actor, timestamp, text: said }) => (
          <li key={event_id}>
            <p>
              <Holder actor={actor} /> <time dateTime={timestamp}>{when(timestamp)}</time>
            </p>
            <p class="said">{said}</p>
          </li>
        ))}
      </ul>
      {refusal}
      <form
        onSubmit={(event) => {
          event.preventDefault()
          const [field, button] = event.currentTarget.elements
          void run('note', { feature, work_package, text }, 'Note kept.').then((isKept) => {
            if (!isKept) return
            // Without a text the button is disabled, and a disabled one loses the focus.
            if (button === document.activeElement && field instanceof HTMLElement) field.focus()
            // What was typed since is another note.
            write((now) => (now === text ? '' : now))
          })
        }}
      >
        <textarea
          aria-label="New note"
          placeholder="What to remember"
          rows={2}
          value={text}
          disabled={isOff}
          onInput={({ currentTarget }) => write(currentTarget.value)}
        />
        <button disabled={isOff || text.trim() === ''}>Add note</button>
      </form>
    </section>
  )
}
