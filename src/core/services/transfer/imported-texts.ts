import { join } from 'node:path'
import { repoPath } from '../../platform/paths.js'
import { featureDir } from '../../specs/feature-name.js'
import { packageFilesIn } from '../../specs/feature-folder.js'
import { readSpecFile } from '../../specs/read-spec-file.js'
import type { SourceProblem } from '../../transfer/document.js'
import type { PlannedPackage } from '../../transfer/plan-import.js'
import type { Workspace } from '../../workspace/workspace.js'
import { isSameText, type OwnWriting } from '../definitions/own-writing.js'
import { textBelow } from '../definitions/package-text.js'
import { fileFault, importedFile } from './import-files.js'

type Place = Pick<Workspace, 'root' | 'specsDir'>
/** Whether a text is the one that an import gave the file last; undefined if that is not known. */
type IsLast = ReturnType<OwnWriting['lastImported']>

/**
 * The texts below the front matter of packages that were imported before. The log does not have them, so they follow the
 * source by file: one with the text that was imported last gets the new one, and one that was changed here stays.
 */
export class ImportedTexts {
  readonly #changed = new Map<string, PlannedPackage>()
  /** Packages whose text differs from the source's, which has changed or may have, and is not what was imported last. */
  readonly kept: string[] = []
  /** Packages whose new text would make a file that kitty cannot read. */
  readonly problems: SourceProblem[] = []
  /** Packages whose new text held a secret, which is left out. */
  readonly secrets: string[] = []

  private constructor(
    private readonly format: string,
    private readonly isLast: IsLast,
  ) {}

  static async read(
    place: Place,
    packages: readonly PlannedPackage[],
    format: string,
    own: Pick<OwnWriting, 'lastImported'>,
  ): Promise<ImportedTexts> {
    const texts = new ImportedTexts(format, own.lastImported())
    const files = new Map<string, ReadonlyMap<string, string>>()
    for (const planned of packages) {
      if (planned.isNew || planned.item === null) continue
      let known = files.get(planned.feature)
      if (known === undefined) files.set(planned.feature, (known = filesOf(place, planned.feature)))
      const path = known.get(planned.work_package)
      if (path !== undefined) await texts.#look(place, planned, path)
    }
    return texts
  }

  /** Packages whose file gets, or in a dry run would get, the source's new text. */
  get changed(): string[] {
    return [...this.#changed.keys()]
  }

  /** @returns the new text for a file, unless it was changed here */
  textFor(feature: string, workPackage: string, file: string, bytes: Buffer): Buffer | undefined {
    const planned = this.#changed.get(`${feature}/${workPackage}`)
    if (planned === undefined || this.isLast(file, textBelow(bytes)) !== true) return undefined
    return importedFile(planned, planned.definition, this.format)?.text
  }

  isChanged(feature: string, workPackage: string): boolean {
    return this.#changed.has(`${feature}/${workPackage}`)
  }

  async #look({ root }: Place, planned: PlannedPackage, path: string): Promise<void> {
    const made = importedFile(planned, planned.definition, this.format)
    const file = repoPath(root, path)
    if (made === undefined || this.isLast(file, made.text) === true) return
    const read = readSpecFile(root, path)
    if (!read.ok) return
    const text = textBelow(read.bytes)
    if (isSameText(file, text, made.text)) return
    const name = `${planned.feature}/${planned.work_package}`
    if (this.isLast(file, text) !== true) return void this.kept.push(name)
    const fault = await fileFault(made)
    if (fault !== undefined) return void this.problems.push(unreadable(planned.itemId, fault))
    this.#changed.set(name, planned)
    if (made.hadSecret) this.secrets.push(name)
  }
}

function unreadable(itemId: string, reason: string): SourceProblem {
  const message = `its text was not taken over, since kitty could not read its file: ${reason}`
  return { file: itemId, line: null, message }
}

/** The packages' files by ID, without packages that have several. */
function filesOf({ root, specsDir }: Place, slug: string): ReadonlyMap<string, string> {
  const dir = featureDir(specsDir, slug)
  const files = new Map<string, string | undefined>()
  for (const { id, name } of dir === undefined ? [] : packageFilesIn(root, join(dir, 'tasks')))
    files.set(id, files.has(id) ? undefined : join(dir ?? '', 'tasks', name))
  return new Map([...files].flatMap(([id, path]) => (path === undefined ? [] : [[id, path] as const])))
}
