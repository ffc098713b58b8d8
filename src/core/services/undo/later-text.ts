import { join } from 'node:path'
import { inject, injectable } from 'inversify'
import type { LogEvent } from '../../events-lib.js'
import { readSpecFile } from '../../specs/read-spec-file.js'
import type { Provenance } from '../../store/event-store.js'
import { Workspace } from '../../workspace/workspace.js'
import { OwnWriting } from '../definitions/own-writing.js'
import { textStays } from './refusals.js'

/** Knows the commands that changed a package's text and wrote no event: the last command may be one of them. */
@injectable()
export class LaterText {
  constructor(
    @inject(OwnWriting) private readonly own: OwnWriting,
    @inject(Workspace) private readonly workspace: Workspace,
  ) {}

  /**
   * @param command the holder's last events
   * @throws KittyError StateTransitionError if the holder has since changed a text that is still there
   */
  refuse(command: readonly LogEvent[], { actor, session = null, correlationId }: Provenance): void {
    const text = this.own.lastText({ actor, session, correlation: correlationId })
    if (text === undefined || command.some(({ lamport_clock: clock }) => clock > text.clock)) return
    const { root } = this.workspace
    const read = readSpecFile(root, join(root, text.file))
    if (read.ok && text.isContent(read.bytes)) throw textStays(text.file)
  }
}
