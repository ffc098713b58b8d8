import { basename, join } from 'node:path'
import { inject, injectable } from 'inversify'
import type { LogEvent } from '../../events-lib.js'
import { Notices } from '../../errors/notices.js'
import { workPackageIdOfFile } from '../../specs/work-package-id.js'
import { readSpecFile } from '../../specs/read-spec-file.js'
import type { Provenance } from '../../store/event-store.js'
import { Workspace } from '../../workspace/workspace.js'
import { OwnWriting } from '../definitions/own-writing.js'
import { textStays } from './refusals.js'

type ChangedText = NonNullable<ReturnType<OwnWriting['lastText']>>

/** Knows the commands that changed a package's text and wrote no event: the last command may be one of them. */
@injectable()
export class LaterText {
  constructor(
    @inject(OwnWriting) private readonly own: OwnWriting,
    @inject(Workspace) private readonly workspace: Workspace,
    @inject(Notices) private readonly notices: Notices,
  ) {}

  /**
   * @param command the holder's last events
   * @throws KittyError StateTransitionError if the holder has since changed a text that is still there
   */
  refuse(command: readonly LogEvent[], provenance: Provenance): void {
    const text = this.#last(provenance)
    if (text === undefined || command.some(({ lamport_clock: clock }) => clock > text.clock)) return
    if (this.#isThere(text)) throw textStays(text.file)
  }

  /** Says that a text stays which the holder changed with what the command wrote about the package, or right before it. */
  warn(command: readonly LogEvent[], provenance: Provenance): void {
    const text = this.#last(provenance)
    const [first] = command
    if (text === undefined || first?.lamport_clock !== text.clock + 1) return
    const isOfPackage = command.some(
      (one) => one.event_type === 'WPChanged' && one.entity_id === workPackageIdOfFile(basename(text.file)),
    )
    if (!isOfPackage || !this.#isThere(text)) return
    this.notices.warn(
      `The text of ${text.file} stays as you changed it, since undo takes back no text; git diff shows it.`,
    )
  }

  #last({ actor, session = null, correlationId }: Provenance): ChangedText | undefined {
    return this.own.lastText({ actor, session, correlation: correlationId })
  }

  #isThere(text: ChangedText): boolean {
    const { root } = this.workspace
    const read = readSpecFile(root, join(root, text.file))
    return read.ok && text.isContent(read.bytes)
  }
}
