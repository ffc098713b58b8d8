import type { ImportReport } from '../../services/transfer/import-report.js'
import { singleLine } from '../../transfer/text.js'
import { counted } from '../../errors/counted.js'
import { plainLines } from './plain-lines.js'

/** Maximum length of each printed list; `--json` has everything. */
const SHOWN = 20

/** What an import wrote, or would write. */
export function renderImport(report: ImportReport): string {
  const { dry_run: dryRun, features, events, files, workflow, conflicts, texts, problems, lost } = report
  const lines = [
    ...(workflow === null
      ? []
      : [
          `${dryRun ? 'Would set' : 'Set'} "workflow": "${workflow}" in .kittify/config.json, since the log ${dryRun ? 'is' : 'was'} empty.`,
        ]),
    ...features.map(
      ({ feature, created, changed }) => `${feature}: ${created.length} new, ${changed.length} changed`,
    ),
    `${counted(events, 'event')} ${dryRun ? 'to write' : 'written'}${files > 0 ? `, ${counted(files, 'file')} made` : ''}.`,
    ...section(
      `${counted(conflicts.length, 'conflict')}: both sides changed ${conflicts.length === 1 ? 'it' : 'them'} since the last import`,
      conflicts.map(
        ({ feature, work_package, register, kitty, source }) =>
          `${feature}/${work_package} ${register}: ${shown(kitty)} here, ${shown(source)} there`,
      ),
    ),
    ...section(
      dryRun ? 'Their text would follow the source' : 'Their text follows the source',
      texts.changed,
    ),
    ...section(
      "Their text is not the source's, and is not what an import wrote here: left as it is",
      texts.kept,
    ),
    ...section(
      'Could not be imported',
      problems.map(({ file, line, message }) => `${file}${line === null ? '' : `:${line}`}: ${message}`),
    ),
    ...section(
      'Has no place in kitty',
      lost.map(
        ({ what, count: times, where }) =>
          `${what} (${times}, ${where === 'body' ? "kept in the package's file" : 'left out'})`,
      ),
    ),
    ...nextStep(report),
  ]
  return plainLines(lines.map(singleLine))
}

function nextStep({ dry_run: dryRun, events, conflicts, texts }: ImportReport): string[] {
  if (dryRun) return events > 0 || texts.changed.length > 0 ? ['Next: run it again without --dry-run'] : []
  return [conflicts.length > 0 ? 'Next: kitty agent conflicts list' : 'Next: kitty status']
}

function section(title: string, items: readonly string[]): string[] {
  if (items.length === 0) return []
  const more = items.length > SHOWN ? [`- and ${items.length - SHOWN} more (--json lists all)`] : []
  return [`${title}:`, ...items.slice(0, SHOWN).map((item) => `- ${item}`), ...more]
}

function shown(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value ?? null)
}
