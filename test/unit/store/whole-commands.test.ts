import { existsSync, mkdirSync, readFileSync, rmSync, unlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { NewEvent } from '../../../src/core/events-lib.js'
import { BY_ADA, inProcess } from '../../support/session.js'
import { loggedEvents } from '../../support/log-files.js'
import { TempRepository } from '../../support/temp-repository.js'

const KEYED = { ...BY_ADA, causationId: 'run-1' }
const NOTES = ['one', 'two', 'three'].map((text): NewEvent<'NoteAdded'> => ({
  event_type: 'NoteAdded',
  entity_id: 'WP01',
  entity_type: 'WorkPackage',
  payload: { feature_slug: '001-login', text },
}))

/** A command of three events, and what its repeat makes of a crash that left the files as given. */
class Crash {
  readonly repository = new TempRepository()
  readonly #day = join(this.repository.root, '.kittify', 'events', '2026-11-22.jsonl')
  readonly #index = join(this.repository.root, '.kittify', 'events', 'index.db')
  readonly #journal = join(this.repository.root, '.git', 'kitty', 'journal.jsonl')
  #before: { log: Buffer; journal: Buffer } = { log: Buffer.alloc(0), journal: Buffer.alloc(0) }
  #after = this.#before

  static async prepare(): Promise<Crash> {
    const crash = new Crash()
    crash.repository.initKitty()
    await crash.#emit(NOTES.slice(0, 1), BY_ADA)
    crash.#before = crash.#read()
    await crash.#emit(NOTES, KEYED)
    crash.#after = crash.#read()
    return crash
  }

  get sizes(): { log: number; journal: number } {
    return {
      log: this.#after.log.length - this.#before.log.length,
      journal: this.#after.journal.length - this.#before.journal.length,
    }
  }

  /** Texts of the keyed command in the log after its repeat, when so many bytes of its writes had come through. */
  async repeat(written: { log: number; journal: number }): Promise<string[]> {
    for (const path of [this.#index, `${this.#index}-wal`, `${this.#index}-shm`])
      if (existsSync(path)) unlinkSync(path)
    writeFileSync(this.#day, this.#after.log.subarray(0, this.#before.log.length + written.log))
    writeFileSync(
      this.#journal,
      this.#after.journal.subarray(0, this.#before.journal.length + written.journal),
    )
    await this.#emit(NOTES, KEYED)
    rmSync(join(this.repository.root, '.kittify', 'errors'), { recursive: true, force: true })
    return loggedEvents(this.repository.root)
      .slice(1)
      .map(({ payload }) => String(payload['text']))
  }

  #read(): { log: Buffer; journal: Buffer } {
    mkdirSync(join(this.repository.root, '.git', 'kitty'), { recursive: true })
    return { log: readFileSync(this.#day), journal: readFileSync(this.#journal) }
  }

  async #emit(notes: readonly NewEvent[], provenance: typeof BY_ADA): Promise<void> {
    const { store } = await inProcess({
      cwd: this.repository.root,
      now: () => new Date('2026-11-22T12:00:00.000Z'),
    })
    await store.emit(notes, provenance)
    await store.close()
  }
}

/** About so many places in a write, its ends among them. */
function places(size: number, count: number): number[] {
  return Array.from({ length: count }, (_, at) => Math.round((at * (size - 1)) / (count - 1)))
}

describe('a command whose writer was killed is whole after its repeat', () => {
  it('wherever in the journal it was killed', async () => {
    const crash = await Crash.prepare()
    for (const journal of places(crash.sizes.journal, 25))
      expect(await crash.repeat({ log: 0, journal }), `journal: ${journal} bytes`).toEqual([
        'one',
        'two',
        'three',
      ])
  })

  it('wherever in the log it was killed', async () => {
    const crash = await Crash.prepare()
    for (const log of places(crash.sizes.log, 15))
      expect(await crash.repeat({ log, journal: crash.sizes.journal }), `log: ${log} bytes`).toEqual([
        'one',
        'two',
        'three',
      ])
  })
})
