import { join } from 'node:path'
import { inject, injectable } from 'inversify'
import { beginning } from '../../errors/beginning.js'
import { KittyError } from '../../errors/kitty-error.js'
import { isKittyEvent } from '../../events-lib.js'
import type { BoardRow } from '../../index/board-row.js'
import { readSpecFile } from '../../specs/read-spec-file.js'
import { EventStore } from '../../store/event-store.js'
import { Workspace } from '../../workspace/workspace.js'
import { LaneFiles } from '../moves/lane-files.js'
import { groupBy } from '../../log/group-by.js'

export interface FoundDocument {
  readonly feature: string
  readonly work_package: string
  readonly title: string
  readonly lane: string
  readonly where: 'title' | 'file' | 'note'
  /** Line in the file; null elsewhere. */
  readonly line: number | null
  /** The first line that has one of the words. */
  readonly text: string
}

/** A text of a package to search. */
interface Source {
  readonly where: FoundDocument['where']
  readonly text: string
}

const LONGEST = 160

/** Searches packages' titles, files and notes, without an index: the files are there and the notes are few. */
@injectable()
export class SearchWork {
  constructor(
    @inject(EventStore) private readonly store: EventStore,
    @inject(LaneFiles) private readonly files: LaneFiles,
    @inject(Workspace) private readonly workspace: Workspace,
  ) {}

  /**
   * The packages that have every word, in any case, in a title, the file or a note; those with a hit in the title first.
   * @throws KittyError UsageError without a word
   */
  async search(words: readonly string[], features: readonly string[]): Promise<FoundDocument[]> {
    const wanted = words.flatMap((word) => word.toLowerCase().split(/\s+/)).filter((word) => word !== '')
    if (wanted.length === 0)
      throw new KittyError('UsageError', 'There is nothing to search for.', {
        nextSteps: ['kitty search WORDS'],
      })
    const rows = (await this.store.boardRows()).filter((row) => features.includes(row.feature_slug))
    const notes = await this.#notes()
    const found = rows.flatMap((row) => this.#find(row, notes.get(keyOf(row)) ?? [], wanted))
    return [...found.filter(isByTitle), ...found.filter((one) => !isByTitle(one))]
  }

  #find(row: BoardRow, notes: readonly string[], words: readonly string[]): FoundDocument[] {
    const title = row.title ?? row.work_package_id
    const sources: Source[] = [
      { where: 'title', text: title },
      ...this.#file(row).map((text): Source => ({ where: 'file', text })),
      ...notes.map((text): Source => ({ where: 'note', text })),
    ]
    const whole = sources.map(({ text }) => text.toLowerCase()).join('\n')
    if (!words.every((word) => whole.includes(word))) return []
    const { feature_slug: feature, work_package_id: work_package, lane } = row
    for (const { where, text } of sources) {
      const lines = text.split(/\r?\n/)
      const at = lines.findIndex((line) => words.some((word) => line.toLowerCase().includes(word)))
      if (at < 0) continue
      const line = where === 'file' ? at + 1 : null
      return [{ feature, work_package, title, lane, where, line, text: excerpt(lines[at] ?? '') }]
    }
    return []
  }

  #file({ feature_slug, work_package_id }: BoardRow): string[] {
    const path = this.files.fileOf(feature_slug, work_package_id)
    const file =
      path === null ? undefined : readSpecFile(this.workspace.root, join(this.workspace.root, path))
    return file?.ok === true ? [file.bytes.toString('utf8')] : []
  }

  /** The texts of notes by package, newest last. A note that was taken back is not found. */
  async #notes(): Promise<Map<string, string[]>> {
    const retractions = (await this.store.read({ type: 'NoteRetracted' })).filter(isKittyEvent)
    const gone = new Set(
      retractions.flatMap((event) => (event.event_type === 'NoteRetracted' ? [event.payload.note] : [])),
    )
    const notes = (await this.store.read({ type: 'NoteAdded' })).flatMap((event) => {
      if (!isKittyEvent(event) || event.event_type !== 'NoteAdded' || gone.has(event.event_id)) return []
      const { feature_slug, text } = event.payload
      return [{ key: `${feature_slug}/${event.entity_id}`, text }]
    })
    const byPackage = [...groupBy(notes, ({ key }) => key)]
    return new Map(byPackage.map(([key, own]) => [key, own.map(({ text }) => text)]))
  }
}

function keyOf({ feature_slug, work_package_id }: BoardRow): string {
  return `${feature_slug}/${work_package_id}`
}

function isByTitle({ where }: FoundDocument): boolean {
  return where === 'title'
}

function excerpt(line: string): string {
  const text = line.trim()
  return text.length > LONGEST ? `${beginning(text, LONGEST)}…` : text
}
