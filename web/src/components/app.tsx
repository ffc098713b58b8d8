import { h, Fragment } from 'preact'
import { useEffect } from 'preact/hooks'
import { useStore } from '../state/store.js'
import { BoardView } from './board.js'
import { DependenciesView } from './dependencies.js'
import { FlowView } from './flow.js'
import { Locked } from './locked.js'
import { NextSteps } from './next-steps.js'
import { MoveMenu } from './move-menu.js'
import { PackageSheet } from './package-sheet.js'
import { TimeView } from './time.js'
import { TopBar } from './top-bar.js'

const VIEWS = { board: BoardView, time: TimeView, flow: FlowView, dependencies: DependenciesView }

export function App(): h.JSX.Element {
  const view = useStore(({ place }) => place.view)
  const about = useStore((state) => state.about)
  const connection = useStore((state) => state.connection)
  const View = VIEWS[view]
  useEffect(() => {
    document.title = about === undefined ? 'kitty' : `${about.repository} · kitty`
  }, [about])
  return (
    <>
      <TopBar />
      <Unreadable />
      {connection === 'locked' ? <Locked /> : about !== undefined && <View about={about} />}
      <PackageSheet />
      <MoveMenu />
      <Announcements />
    </>
  )
}

/** Why the board is not the current one, although there is a connection. */
function Unreadable(): h.JSX.Element | null {
  const failure = useStore((state) => state.failure)
  if (failure === undefined) return null
  return (
    <div class="banner unreadable" role="alert">
      <p>The board may be out of date: {failure.message}</p>
      <NextSteps steps={failure.next_steps} />
    </div>
  )
}

/** Says each step to a screen reader. */
function Announcements(): h.JSX.Element {
  return (
    <p class="hidden" aria-live="assertive">
      {useStore(({ announcement }) => announcement)}
    </p>
  )
}
