import { inject, injectable } from 'inversify'
import { HubFiles } from './hub-files.js'
import { PrivateLines } from '../files/private-lines.js'

/** IDs of events that this clone has and the hub refuses for good: they are not offered again, and `doctor` names them. */
@injectable()
export class VoidLines {
  readonly #lines: PrivateLines

  constructor(@inject(HubFiles) files: HubFiles) {
    this.#lines = new PrivateLines(files.path('void'))
  }

  all(): ReadonlySet<string> {
    return new Set(this.#lines.read())
  }

  add(ids: readonly string[]): void {
    const known = this.all()
    this.#lines.add(ids.filter((id) => !known.has(id)))
  }
}
