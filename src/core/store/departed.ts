import { isKittyError } from '../errors/kitty-error.js'
import type { IndexReader } from '../index/event-index.js'
import { closedIds } from '../log/archive/closed-logs.js'
import type { RawLine } from '../log/event-log.js'
import { committedLines, linesOfCommits } from '../log/repair/committed-lines.js'
import { newRemovals } from '../log/repair/reflog.js'
import { TipMemory } from '../log/repair/tip-memory.js'
import type { Workspace } from '../workspace/workspace.js'
import { toRun } from '../errors/next-step.js'
import { counted } from '../errors/counted.js'

/** How long to search earlier tips, in milliseconds. */
const SEARCH_MS = 2_000

/**
 * Reports other writers' events that have left the branch through a reset, revert or rebase since the last call, and
 * how to restore them. Returns nothing when git fails: the commits stay in the reflog.
 */
export async function departedEvents(workspace: Workspace, index: IndexReader): Promise<string[]> {
  const { root, eventsDir, privateDir } = workspace
  const moves = newRemovals(workspace)
  if (moves.length === 0) return []
  const until = performance.now() + SEARCH_MS
  const named = closedIds(privateDir)
  const says: string[] = []
  try {
    for (const { from, message } of moves) {
      if (performance.now() > until) break
      const left: RawLine[] = []
      for (const lines of linesOfCommits(root, eventsDir, [from], 'HEAD')) {
        const absent = new Set(await index.absent(lines.map(({ event_id }) => event_id)))
        left.push(...lines.filter(({ event_id: id }) => absent.has(id) && !named.has(id)))
      }
      const gone = nowhere(workspace, left)
      for (const { event_id } of gone) named.add(event_id)
      if (gone.length > 0) says.push(sentence(gone, from, message))
    }
  } catch (error) {
    if (!isKittyError(error)) throw error
  }
  return says
}

/** Lines that no branch tip holds: the others come back with their branch. */
function nowhere({ root, eventsDir, tipsDir }: Workspace, lines: readonly RawLine[]): RawLine[] {
  if (lines.length === 0) return []
  const { inHead, elsewhere } = committedLines(root, eventsDir, lines, { memory: new TipMemory(tipsDir) })
  return lines.filter(({ event_id: id }) => !inHead.has(id) && !elsewhere.has(id))
}

function sentence(lines: readonly RawLine[], from: string, message: string): string {
  const actors = new Set(
    lines.map(({ bytes }) => (JSON.parse(bytes.toString('utf8')) as { actor: string }).actor),
  )
  const count = counted(lines.length, 'event')
  const who = [...actors].sort().slice(0, 3).join(', ')
  const more = actors.size > 3 ? ` and ${counted(actors.size - 3, 'other')}` : ''
  const short = from.slice(0, 12)
  return `${count} by ${who}${more} left with ${short} (${message.slice(0, 60)}). To bring ${lines.length === 1 ? 'it' : 'them'} back${toRun(['kitty', 'agent', 'events', 'restore', '--from', short])}`
}
