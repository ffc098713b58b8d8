import { join } from 'node:path'
import { inject, injectable } from 'inversify'
import { isKittyError, KittyError } from '../errors/kitty-error.js'
import { makeDraft, readDraft, removeDraft } from '../files/draft-file.js'
import { LIMITS } from '../files/work-tree.js'
import type { Provenance } from '../store/event-store.js'
import { Session } from '../workspace/session.js'
import { Workspace } from '../workspace/workspace.js'
import { PackagePlaces } from './definitions/package-places.js'
import { EditPackage, type EditResult } from './edit-package.js'

export interface DraftRequest {
  readonly feature: string
  readonly workPackage: string
  readonly provenance: Provenance
}

export interface Draft {
  /** The copy to edit, absolute. */
  readonly path: string
  /** The file's bytes when the copy was made. */
  readonly before: Buffer
}

/** Lets a person edit a copy of a package's file, and takes the copy over only if it can be read. */
@injectable()
export class EditDraft {
  constructor(
    @inject(EditPackage) private readonly packages: EditPackage,
    @inject(PackagePlaces) private readonly places: PackagePlaces,
    @inject(Workspace) private readonly workspace: Workspace,
    @inject(Session) private readonly session: Session,
  ) {}

  /** @throws KittyError as `PackagePlaces.file`, NotWritable */
  begin({ feature, workPackage }: DraftRequest): Draft {
    const path = this.places.file(feature, workPackage)
    const before = this.places.read(path)
    const folder = join(this.workspace.privateDir, 'edit', this.session.nextId(this.session.now()))
    return { path: makeDraft(folder, path, before), before }
  }

  /**
   * Stores what the draft holds now, and removes the draft.
   * @throws KittyError as `EditPackage.replace`; the draft is then kept, and the error says where
   */
  async finish(request: DraftRequest, draft: Draft): Promise<EditResult> {
    const read = readDraft(draft.path, LIMITS.workPackage)
    if (!read.ok) throw kept(new KittyError('DamagedData', `${read.reason}.`), draft)
    try {
      const result = await this.packages.replace({ ...request, bytes: read.bytes, before: draft.before })
      removeDraft(draft.path)
      return result
    } catch (error) {
      throw isKittyError(error) ? kept(error, draft) : error
    }
  }

  /** What to throw when the editor failed. Removes the draft, unless it was changed: then the error says where it is. */
  failed(error: unknown, draft: Draft): unknown {
    const read = readDraft(draft.path, LIMITS.workPackage)
    if (!read.ok || !read.bytes.equals(draft.before)) return isKittyError(error) ? kept(error, draft) : error
    removeDraft(draft.path)
    return error
  }
}

function kept(error: KittyError, { path }: Draft): KittyError {
  return new KittyError(error.kind, `${error.message} The file is as it was. Your text is kept in ${path}.`, {
    nextSteps: ['Correct your text, replace the file with it, and run kitty sync.', ...error.nextSteps],
    context: { ...error.context, kept_in: path },
    cause: error,
  })
}
