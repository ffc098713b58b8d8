import { h } from 'preact'

/** Drawn at first, and with every "show more". */
export const PAGE = 100

interface MoreProps {
  readonly shown: number
  readonly total: number
  readonly show: (count: number) => void
}

/** A button for the rest of a long list; nothing where all of it is shown. */
export function More({ shown, total, show }: MoreProps): h.JSX.Element | null {
  if (total <= shown) return null
  return (
    <button class="more" type="button" onClick={() => show(shown + PAGE)}>
      Show {Math.min(PAGE, total - shown)} more of {total}
    </button>
  )
}
