import { Flags } from '@oclif/core'
import { WithErrorStorage } from '../aspects/with-error-storage.js'
import { WithEventStore } from '../aspects/with-event-store.js'
import { readBody } from '../core/cli/body-input.js'
import {
  bodyFlag,
  featureFlag,
  packagesFlag,
  priorityFlag,
  provenanceFlags,
  workPackageArg,
} from '../core/cli/flags.js'
import { KittyCommand } from '../core/cli/kitty-command.js'
import { renderEdited } from '../core/cli/render/written.js'
import { PackagePlaces } from '../core/services/definitions/package-places.js'
import { type DraftRequest, EditDraft } from '../core/services/packages/edit-draft.js'
import { EditPackage, type EditResult } from '../core/services/packages/edit-package.js'
import type { EventStore } from '../core/store/event-store.js'
import { Workspace } from '../core/workspace/workspace.js'

export default class EditCommand extends KittyCommand<typeof EditCommand> {
  static override summary = 'Change a work package: its file and the log together'
  static override description =
    'Changes the lines that the flags are about and leaves every other byte of the file. Without such flags, opens a copy in $VISUAL or $EDITOR and takes it over when the editor ends well; a copy that cannot be read is kept, and you are told where. From a worktree, too, the file of the primary checkout is the one that changes.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> WP02',
    '<%= config.bin %> <%= command.id %> WP02 --title "Send the receipt" --after WP05 --drop WP01',
    '<%= config.bin %> <%= command.id %> 017/WP02 --priority 0 --json',
  ]
  static override args = { workPackage: workPackageArg }
  static override flags = {
    feature: featureFlag,
    title: Flags.string({ summary: 'The new title.', helpValue: 'TEXT' }),
    after: packagesFlag('Packages to wait for, besides those it waits for now.'),
    drop: packagesFlag('Packages to wait for no longer.'),
    priority: priorityFlag,
    body: bodyFlag,
    'from-here': Flags.boolean({
      summary: "Take over this worktree's copy of the file.",
      exclusive: ['title', 'after', 'drop', 'priority', 'body'],
    }),
    ...provenanceFlags,
  }

  declare readonly eventStore: EventStore

  @WithErrorStorage
  @WithEventStore
  async run(): Promise<unknown> {
    const service = await this.service(EditPackage)
    const scope = await this.scope(this.eventStore)
    const { title, after, drop, priority, body } = this.flags
    const place = await scope.place(this.args.workPackage, this.flags.feature)
    const about = { ...place, provenance: scope.provenance(this.flags) }
    const isSaid = [title, priority, body, ...after, ...drop].some((value) => value !== undefined)
    const edited = isSaid
      ? await service.edit({ ...about, title, after, drop, priority, body: await readBody(body) })
      : this.flags['from-here']
        ? await service.replace({ ...about, bytes: await this.#copyHere(place) })
        : await this.#byHand(about)
    const { root, worktree } = await this.service(Workspace)
    this.show(() => renderEdited(edited, root !== worktree))
    return this.document({ ...edited })
  }

  async #copyHere({ feature, workPackage }: { feature: string; workPackage: string }): Promise<Buffer> {
    return (await this.service(PackagePlaces)).readCopyHere(feature, workPackage)
  }

  async #byHand(about: DraftRequest): Promise<EditResult> {
    const drafts = await this.service(EditDraft)
    const { openEditor } = await import('../core/cli/editor.js')
    const draft = drafts.begin(about)
    try {
      await openEditor(draft.path, process.env, !this.jsonEnabled())
    } catch (error) {
      throw drafts.failed(error, draft)
    }
    return drafts.finish(about, draft)
  }
}
