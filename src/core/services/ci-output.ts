import { inject, injectable } from 'inversify'
import { KittyError } from '../errors/kitty-error.js'
import { appendText } from '../files/named-file.js'
import { Session } from '../workspace/session.js'
import { isWrong } from './audit/finding.js'
import type { CiReportResult } from './ci-report.js'
import { shownCommand } from '../errors/next-step.js'
import { counted } from '../errors/counted.js'

/** Where a summary goes in continuous integration, and what makes a check fail. */
@injectable()
export class CiOutput {
  constructor(@inject(Session) private readonly session: Session) {}

  /** @returns the file to which the summary was added, or null if there is none @throws KittyError as appendText */
  summary(text: string): string | null {
    const path = this.session.env['GITHUB_STEP_SUMMARY'] || null
    if (path !== null) appendText(path, text)
    return path
  }

  /** The error with which `--strict` fails, or undefined if nothing is wrong. */
  failure(report: CiReportResult): KittyError | undefined {
    if (report.ok) return undefined
    const { conflicts, authors, findings, problems } = report
    const others = findings.filter((finding) => isWrong(finding) && finding.kind !== 'foreign_author')
    const parts = [
      ...(conflicts.length > 0 ? [counted(conflicts.length, 'open conflict')] : []),
      ...(authors.length > 0
        ? [
            counted(
              authors.length,
              'event of another author than its commit',
              'events of another author than their commit',
            ),
          ]
        : []),
      ...(others.length > 0
        ? [counted(others.length, 'line that does not fit its commit', 'lines that do not fit their commits')]
        : []),
      ...(problems.length > 0 ? [counted(problems.length, 'problem of the log', 'problems of the log')] : []),
    ]
    return new KittyError('ValidationError', `This branch brings ${parts.join(', ')}.`, {
      nextSteps: [
        ...shownCommand(['kitty', 'agent', 'conflicts', 'list']),
        ...shownCommand([
          'kitty',
          'agent',
          'events',
          'audit',
          `${report.base_commit}..${report.head_commit}`,
        ]),
        ...shownCommand(['kitty', 'agent', 'events', 'verify']),
      ],
      context: { ...report },
    })
  }
}
