import { changeText } from '../../services/definitions/change-text.js'
import type { SyncResult } from '../../services/features/sync-files.js'
import { toRun } from '../../errors/next-step.js'
import { counted } from '../../errors/counted.js'
import { plainLines } from './plain-lines.js'
import { skippedLine } from './skipped.js'

/**
 * Output of `kitty sync`, one line per package.
 * @param isCheck True when nothing was written.
 */
export function renderSync({ features, skipped, written, events }: SyncResult, isCheck: boolean): string {
  const lines = features.flatMap((feature) => [
    ...feature.created.map((id) => `${feature.feature} ${id}: new`),
    ...feature.changed.map((change) => `${feature.feature} ${change.work_package}: ${changeText(change)}`),
    ...feature.behind.map(
      (change) =>
        `${feature.feature} ${change.work_package}: behind the log, ${changeText(change)}. The file counts${toRun(['kitty', 'sync', '--take', `${feature.feature}/${change.work_package}`])}. The log counts${toRun(['kitty', 'sync', '--write', `${feature.feature}/${change.work_package}`])}`,
    ),
    ...feature.skipped.map(skippedLine),
  ])
  const into = written.map(({ feature, work_package, file, registers, problem }) =>
    problem === null
      ? `${feature} ${work_package}: ${registers.length === 0 ? 'nothing to write' : `${registers.join(', ')} written into ${file ?? ''}`}`
      : `${feature} ${work_package}: not written: ${problem}`,
  )
  const end = isCheck
    ? lines.length === 0
      ? `The ${skipped.length === 0 ? '' : 'other '}files and the log say the same.`
      : 'Nothing was written: kitty sync'
    : `${counted(events, 'event')} written.`
  return plainLines([...lines, ...into, ...skipped.map(skippedLine), end])
}
