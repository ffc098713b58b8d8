import { h } from 'preact'
import { featureName, laneName } from '../format.js'
import type { PackagePage } from '../state/documents.js'
import { go, linkTo } from '../state/place.js'
import { read } from '../state/server.js'
import { update, useStore } from '../state/store.js'
import { Ago } from './ago.js'
import { Conflict } from './conflict.js'
import { Gates, Notes, Subtasks } from './edits.js'
import { HistoryGraph } from './history-graph.js'
import { Holder } from './holder.js'
import { laneColor } from './lane-colors.js'
import { EndedLease } from './lease.js'
import { Markdown } from './markdown.js'
import { Modal } from './modal.js'
import { Priority } from './priority.js'
import { useRead } from './use-read.js'

/** The page of the package that the address names. */
export function PackageSheet(): h.JSX.Element | null {
  const open = useStore(({ place }) => place.open)
  const isReady = useStore(({ about, connection }) => about !== undefined && connection !== 'locked')
  return open === '' || !isReady ? null : <Sheet key={open} open={open} />
}

const close = (): void => go({ open: '' })

function Sheet({ open }: { open: string }): h.JSX.Element {
  // The row changes with every event of the package: then there is more to read.
  const row = useStore(({ packages }) => packages.get(open))
  const [feature = '', work_package = ''] = open.split('/')
  const { answer, failure, isRefused } = useRead(
    () => read<PackagePage>('package', { feature, work_package }),
    [row],
  )
  return (
    <Modal label={`${work_package} ${row?.title ?? ''}`} card={open} kind="sheet" close={close}>
      {failure && <p role="alert">{failure.message}</p>}
      {answer === undefined && failure === undefined && <p>Loading …</p>}
      {answer !== undefined && !isRefused && <Page page={answer} name={open} />}
    </Modal>
  )
}

function Page({ page, name }: { page: PackagePage; name: string }): h.JSX.Element {
  const { work_package: one, subtasks, body } = page
  const about = useStore((state) => state.about)
  return (
    <article class="package">
      <p class="where">
        <b>{one.work_package}</b> {featureName(one.feature)}
      </p>
      <h1 dir="auto">{one.title}</h1>
      <p class="facts">
        {about && (
          <button
            class="choice"
            style={{ '--lane': laneColor(about, one.lane) }}
            onClick={() => update({ menu: { key: name, from: one.lane } })}
          >
            {laneName(one.lane)} ▾
          </button>
        )}
        <Holder actor={one.actor} lease={one.lease} />
        <Ago time={one.updated_at} />
        <Priority value={one.priority} />
        <EndedLease lease={one.lease} />
        {one.tags.map((tag) => (
          <span key={tag} class="mark">
            {tag}
          </span>
        ))}
      </p>
      {one.dependencies.length > 0 && (
        <p>
          Depends on{' '}
          {one.dependencies.map((id) => (
            <a
              key={id}
              class={`mark${one.blocked_by.includes(id) ? ' wait' : ''}`}
              {...linkTo({ open: `${one.feature}/${id}` })}
            >
              {id}
            </a>
          ))}
        </p>
      )}
      {one.conflicts.map((conflict) => (
        <Conflict key={conflict.register} conflict={conflict} isNamed={false} />
      ))}
      <Subtasks page={one} subtasks={subtasks} />
      <Gates page={one} />
      <Markdown body={body} file={one.file} />
      <Notes page={one} />
      <HistoryGraph events={one.history} />
    </article>
  )
}
