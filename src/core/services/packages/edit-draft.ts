import { basename, join } from 'node:path'
import { inject, injectable } from 'inversify'
import { isKittyError, KittyError } from '../../errors/kitty-error.js'
import { makeDraft, readDraft, removeDraft } from '../../files/draft-file.js'
import { LIMITS } from '../../files/work-tree.js'
import type { Provenance } from '../../store/event-store.js'
import { Session } from '../../workspace/session.js'
import { Workspace } from '../../workspace/workspace.js'
import { PackagePlaces } from '../definitions/package-places.js'
import { EditPackage, type EditResult } from './edit-package.js'
import { splitFrontMatter } from '../../specs/front-matter.js'

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
    if (read.ok ? isEmpty(read.bytes) : read.missing) {
      removeDraft(draft.path)
      throw leftNone()
    }
    if (!read.ok) throw kept(new KittyError('DamagedData', `${read.reason}.`), draft)
    try {
      if (hasLostItsFrontMatter(read.bytes, draft.before)) throw withoutFrontMatter(draft)
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
    if (!read.ok && read.missing) return error
    if (!read.ok || !read.bytes.equals(draft.before)) return isKittyError(error) ? kept(error, draft) : error
    removeDraft(draft.path)
    return error
  }
}

function isEmpty(bytes: Buffer): boolean {
  return bytes.toString('latin1').trim() === ''
}

/** An empty text ends an edit, as an empty message ends a commit. */
function leftNone(): KittyError {
  return new KittyError('ValidationError', 'The editor left no text, so nothing was changed.', {
    nextSteps: ['Run the command again, and save the text.'],
  })
}

/** Without front matter a file has no title, no dependencies and no priority: that is an accident, not an edit. */
function hasLostItsFrontMatter(bytes: Buffer, before: Buffer): boolean {
  const has = (file: Buffer): boolean => splitFrontMatter(file).kind !== 'none'
  return has(before) && !has(bytes)
}

function withoutFrontMatter({ path }: Draft): KittyError {
  const message = `${basename(path)} would have no front matter: its first line was "---", then keys, then "---".`
  return new KittyError('ValidationError', message)
}

function kept(error: KittyError, { path }: Draft): KittyError {
  const message = error.message.replace(/(?<![.!?])$/, '.')
  return new KittyError(error.kind, `${message} The file is as it was. Your text is kept in ${path}.`, {
    nextSteps: ['Correct your text, replace the file with it, and run kitty sync.', ...error.nextSteps],
    context: { ...error.context, kept_in: path },
    cause: error,
  })
}
