import { type EventLog, type LogLine, type RawLine, SCAN_START } from './event-log.js'
import { dayOf, isOverlayFile } from './format/day-file.js'

/**
 * Leaves out lines that the files of their days hold, byte for byte, and that cannot be read as events here: another
 * version of kitty or of a plugin reads them. They are not missing, and a copy could not be read either.
 */
export function withoutUnread(
  lines: readonly RawLine[],
  log: Pick<EventLog, 'list' | 'scan' | 'readLine'>,
): RawLine[] {
  if (lines.length === 0) return []
  const days = new Set(lines.map(({ timestamp }) => dayOf(timestamp)))
  const unread = new Set<string>()
  for (const { name } of log.list())
    if (!isOverlayFile(name) && days.has(dayOf(name)))
      for (const line of unreadIn(log, name)) unread.add(line)
  return lines.filter(({ bytes }) => !unread.has(bytes.toString('latin1').replace(/\r?\n$/, '')))
}

function* unreadIn(log: Pick<EventLog, 'scan' | 'readLine'>, file: string): Generator<string> {
  const isUnread = ({ event }: LogLine): boolean => event === undefined
  for (const lines of log.scan(file, SCAN_START))
    for (const line of lines.filter(isUnread)) {
      const text = log.readLine(line)
      if (text !== undefined) yield text
    }
}
