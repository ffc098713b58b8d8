import { basename, resolve } from 'node:path'
import { inject, injectable } from 'inversify'
import { KittyError } from '../../errors/kitty-error.js'
import { writeOutFile, writeOutFolder, writeOutPages } from '../../files/out-files.js'
import type { WrittenFile } from '../../transfer/document.js'
import { placeInside } from '../../platform/paths.js'
import { Session } from '../../workspace/session.js'
import { Workspace } from '../../workspace/workspace.js'
import { shownWords } from '../../errors/next-step.js'

export interface ExportDocument {
  readonly format: string
  /** Absolute path of the file or folder that was written. Null if the export is in `text`. */
  readonly path: string | null
  /** The files of a folder, relative to it. */
  readonly files: readonly string[]
  /** The whole export. Null if it was written to `path`. */
  readonly text: string | null
}

const ELSEWHERE = 'Name a file or folder of your own, or - for stdout.'

/** Writes an export to the path in `--out`. */
@injectable()
export class WriteExport {
  constructor(
    @inject(Session) private readonly session: Session,
    @inject(Workspace) private readonly workspace: Workspace,
  ) {}

  /** @returns the absolute path @throws KittyError UsageError for an empty `out` or one in .kittify or .git, and as writeOutFile */
  file(out: string, text: string): string {
    const path = this.#place(out)
    writeOutFile(path, text)
    return path
  }

  /** The same, a page at a time. */
  async pages(out: string, pages: AsyncIterable<readonly string[]>): Promise<string> {
    const path = this.#place(out)
    await writeOutPages(path, pages)
    return path
  }

  /** @throws KittyError UsageError without `out`, since a folder cannot go to stdout */
  folder(format: string, out: string | undefined, files: readonly WrittenFile[]): string {
    if (out === undefined)
      throw new KittyError('UsageError', `An export to ${format} is a folder of files.`, {
        nextSteps: shownWords(['kitty', 'export', format, '--out', 'FOLDER']),
        context: { format },
      })
    const path = this.#place(out)
    writeOutFolder(path, files)
    return path
  }

  /** An empty name would be the current folder. Whatever kitty and git keep, a slip must not replace. */
  #place(out: string): string {
    if (out === '') throw new KittyError('UsageError', '--out names nothing.', { nextSteps: [ELSEWHERE] })
    const path = resolve(this.session.cwd, out)
    const { kittyDir, gitCommonDir, gitDir } = this.workspace
    const isKept = [kittyDir, gitCommonDir, gitDir].some((folder) => placeInside(folder, path) !== undefined)
    if (isKept || basename(path).toLowerCase() === '.git')
      throw new KittyError(
        'UsageError',
        `${path} belongs to kitty or to git: an export would replace what they keep.`,
        {
          nextSteps: [ELSEWHERE],
          context: { path },
        },
      )
    return path
  }
}
