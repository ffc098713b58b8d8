import { current, update } from './store.js'

export const VIEWS = ['board', 'time', 'flow', 'dependencies'] as const
export type View = (typeof VIEWS)[number]

/** Where the reader is. All of it is in the address, so that a link opens the same view. */
export interface Place {
  readonly view: View
  /** Words that a card must contain. */
  readonly search: string
  /** A feature's slug, or empty for all. */
  readonly feature: string
  /** Features as rows. */
  readonly rows: boolean
  /** The package whose page is open: `feature/WP01`. */
  readonly open: string
}

export function placeOf(query: string): Place {
  const asked = new URLSearchParams(query)
  const text = (name: string): string => asked.get(name) ?? ''
  return {
    view: VIEWS.find((view) => view === asked.get('view')) ?? 'board',
    search: text('q'),
    feature: text('feature'),
    rows: asked.has('rows'),
    open: text('open'),
  }
}

export function addressOf({ view, search, feature, rows, open }: Place): string {
  const query = new URLSearchParams({
    ...(view !== 'board' && { view }),
    ...(search && { q: search }),
    ...(feature && { feature }),
    ...(rows && { rows: '' }),
    ...(open && { open }),
  }).toString()
  return query === '' ? location.pathname : `?${query.replaceAll('%2F', '/')}`
}

/** Goes there; a change of the search alone makes no entry in the browser's history. */
export function go(change: Partial<Place>): void {
  const place = { ...current().place, ...change }
  const address = addressOf(place)
  if (Object.keys(change).join() === 'search') history.replaceState(null, '', address)
  else history.pushState(null, '', address)
  update({ place })
}

/** A link within the page: a plain click goes there, any other is the browser's. */
export function linkTo(change: Partial<Place>): { href: string; onClick: (event: MouseEvent) => void } {
  return {
    href: addressOf({ ...current().place, ...change }),
    onClick: (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return
      event.preventDefault()
      go(change)
    },
  }
}

addEventListener('popstate', () => update({ place: placeOf(location.search) }))
