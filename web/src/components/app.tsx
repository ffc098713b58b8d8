import { h, Fragment } from 'preact'
import { useEffect } from 'preact/hooks'
import { useStore } from '../state/store.js'
import { BoardView } from './board.js'
import { DependenciesView } from './dependencies.js'
import { FlowView } from './flow.js'
import { Locked } from './locked.js'
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
      {connection === 'locked' ? <Locked /> : about !== undefined && <View about={about} />}
      <PackageSheet />
      <MoveMenu />
      <Announcements />
    </>
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
