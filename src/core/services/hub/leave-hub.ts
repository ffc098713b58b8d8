import { inject, injectable } from 'inversify'
import { HubFiles } from '../../hub/hub-files.js'
import { Intents } from '../../hub/intents.js'
import { changeSettings } from '../../workspace/change-settings.js'
import { Workspace } from '../../workspace/workspace.js'

export interface LeaveHubResult {
  /** Whether this clone had joined. */
  readonly left: boolean
  /** Whether `config.json` named a hub and no longer does. */
  readonly forgotten: boolean
  /** What was sent without an answer, for people: only that hub can tell what became of it. */
  readonly not_confirmed: readonly string[]
}

/** Ends what `kitty hub join` began. What the hub has brought stays on the board of this clone. */
@injectable()
export class LeaveHub {
  constructor(
    @inject(HubFiles) private readonly files: HubFiles,
    @inject(Intents) private readonly intents: Intents,
    @inject(Workspace) private readonly workspace: Workspace,
  ) {}

  /** @param forget also takes the hub out of `config.json`, for a copy that goes its own way */
  leave(forget: boolean): LeaveHubResult {
    const left = this.files.joined() !== undefined
    // Before leaving: afterwards, no hub's appends are this clone's.
    const uncertain = this.intents.all().map(({ what }) => what)
    this.files.leave()
    return { left, forgotten: forget && this.#forget(), not_confirmed: uncertain }
  }

  #forget(): boolean {
    return changeSettings(this.workspace, ({ hub, ...others }) => (hub === undefined ? undefined : others))
  }
}
