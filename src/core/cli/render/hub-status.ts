import type { HubStatusResult } from '../../services/hub/hub-status.js'
import { counted } from '../../errors/counted.js'
import { plainLines } from './plain-lines.js'

/** A few lines about the hub, for people. */
export function renderHubStatus(status: HubStatusResult): string {
  const { database, hosts, repo, joined, reached, server, may, events, received, offered, waiting } = status
  const lines = [`Hub ${database} on ${hosts.join(', ')}, repository ${repo}`]
  if (!joined) return plainLines([...lines, 'This clone has not joined it: kitty hub join'])
  if (reached)
    lines.push(
      `Reached ${server ?? ''}: ${counted(events ?? 0, 'event')}; this role may ${may ?? 'do nothing'}.`,
    )
  else lines.push(status.problem ?? 'Not reached.')
  lines.push(
    `Received ${counted(received, 'event')}, offered ${counted(offered, 'event')}; ${counted(waiting, 'event')} waiting for the hub.`,
  )
  if (!reached) lines.push(`Last read: ${status.read_at ?? 'never'}.`)
  for (const what of status.not_confirmed) lines.push(`Not confirmed: ${what}.`)
  for (const id of status.redacted_only_here ?? [])
    lines.push(`Redacted here, with its content on the hub: kitty hub redact ${id} --reason TEXT`)
  return plainLines(lines)
}
