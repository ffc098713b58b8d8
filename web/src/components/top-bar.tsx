import { h } from 'preact'
import { featureName, laneName } from '../format.js'
import { go, linkTo, VIEWS } from '../state/place.js'
import { useStore } from '../state/store.js'

export function TopBar(): h.JSX.Element {
  const about = useStore((state) => state.about)
  const place = useStore((state) => state.place)
  const features = useStore((state) => state.features)
  return (
    <header class="bar">
      <a class="brand" {...linkTo({ view: 'board', search: '', feature: '', open: '' })}>
        <img src="icon.svg" alt="" width="22" height="22" />
        {about?.repository ?? 'kitty'}
      </a>
      <nav aria-label="Views">
        {VIEWS.map((view) => (
          <a
            key={view}
            aria-current={place.view === view ? 'page' : undefined}
            {...linkTo({ view, open: '' })}
          >
            {laneName(view)}
          </a>
        ))}
      </nav>
      <div class="tools">
        {place.view === 'board' && (
          <input
            type="search"
            aria-label="Search cards"
            placeholder="Search"
            value={place.search}
            onInput={({ currentTarget }) => go({ search: currentTarget.value })}
          />
        )}
        <select
          aria-label="Feature"
          value={place.feature}
          onChange={({ currentTarget }) => go({ feature: currentTarget.value })}
        >
          <option value="">All features</option>
          {[...features.values()].map(({ feature, title }) => (
            <option key={feature} value={feature}>
              {title === feature ? featureName(feature) : title}
            </option>
          ))}
        </select>
        <Connected />
      </div>
    </header>
  )
}

const SAID = { connecting: 'Connecting', live: 'Live', lost: 'Not connected', locked: 'Locked' }

function Connected(): h.JSX.Element {
  const connection = useStore((state) => state.connection)
  const about = useStore((state) => state.about)
  const isReadOnly = connection === 'live' && about?.read_only === true
  return (
    <span class={`connected ${connection}`} role="status" title={about && `You act as ${about.actor}`}>
      {isReadOnly ? 'Read only' : SAID[connection]}
    </span>
  )
}
