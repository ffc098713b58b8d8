/** What a merge would do to the board. */
import type { BranchDefinition } from '../../services/definitions/branch-definitions.js'
import type { LaneChange } from '../../services/merge/board-changes.js'
import type { MergePreviewResult } from '../../services/merge/merge-preview.js'
import { symbolsOf, type Style } from '../style.js'
import { findingLine } from './audit.js'
import { conflictLines } from './conflict-lines.js'
import { laneTone } from './lane.js'
import { ink, span, type Line } from './line.js'
import { oneLine } from './strip-control.js'
import { counted } from '../../errors/counted.js'

export function renderMergePreview(preview: MergePreviewResult, style: Style): string {
  const { branch, new_events, changes, conflicts, settled, findings, definitions } = preview
  const heading: Line = [
    span(`Merging ${oneLine(branch)} would add ${counted(new_events, 'event')}`, 'strong'),
  ]
  const files = section(definitionLines(definitions))
  if (new_events === 0)
    return ink([[span(`${oneLine(branch)} has no event that is not in the log already.`)], ...files], style)
  const nothing: Line[] =
    changes.length + conflicts.length === 0 ? [[span('  no package would change its lane')]] : []
  return ink(
    [
      heading,
      ...nothing,
      ...changes.map((change) => changeLine(change, style)),
      ...section(conflictLines(conflicts, style)),
      ...section(settled.length === 0 ? [] : [[span(`It would settle ${settled.length} open conflicts.`)]]),
      ...section(findings.length === 0 ? [] : [[span('Look at:')], ...findings.map(findingLine)]),
      ...files,
    ],
    style,
  )
}

function changeLine(
  { feature, work_package, title, from, to, actor, by_hub }: LaneChange,
  style: Style,
): Line {
  const { arrow } = symbolsOf(style)
  return [
    span(`  ${oneLine(work_package)} `, 'strong'),
    span(from === null ? 'new' : oneLine(from), 'faint'),
    span(` ${arrow} `),
    span(oneLine(to), laneTone(to)),
    span(actor === null ? '' : ` by ${oneLine(actor)}`),
    span(`  ${oneLine(title)}  `),
    span(oneLine(feature), 'faint'),
    span(by_hub ? '  on the board already, by the hub' : '', 'faint'),
  ]
}

function definitionLines(definitions: readonly BranchDefinition[]): Line[] {
  if (definitions.length === 0) return []
  const lines = definitions.map(({ file, work_package, change, what }): Line => [
    span(`  ${oneLine(work_package ?? '?')} `, 'strong'),
    span(`${change} `),
    span(`${oneLine(what)}  `),
    span(oneLine(file), 'faint'),
  ])
  return [[span('Its files change:')], ...lines]
}

function section(lines: readonly Line[]): Line[] {
  return lines.length === 0 ? [] : [[], ...lines]
}
