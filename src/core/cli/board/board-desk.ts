import { basename, join } from 'node:path'
import { inject, injectable } from 'inversify'
import { Notices } from '../../errors/notices.js'
import { BOARD_MS, LogChanges } from '../../follow/log-changes.js'
import { EventLog } from '../../log/event-log.js'
import type { StatusDocument } from '../../projections/board-document.js'
import { Scope } from '../../services/scope.js'
import { Status } from '../../services/board/status.js'
import { TaskQueries } from '../../services/board/task-queries.js'
import { splitFrontMatter } from '../../specs/front-matter.js'
import { readSpecFile } from '../../specs/read-spec-file.js'
import { EventStore } from '../../store/event-store.js'
import { about } from '../../web/about.js'
import type { About } from '../../web/documents.js'
import { Given } from '../../web/given.js'
import { Workshop } from '../../web/workshop.js'
import { WRITES } from '../../web/writes.js'
import { Workflow } from '../../workspace/config.js'
import { Workspace } from '../../workspace/workspace.js'
import type { OpenPackage } from './board-state.js'
import type { WriteAsk } from './key.js'

/** What `kitty board` reads and writes, each as if it were a command of its own. */
@injectable()
export class BoardDesk {
  constructor(
    @inject(Workshop) private readonly workshop: Workshop,
    @inject(EventLog) private readonly log: EventLog,
    @inject(Workspace) private readonly workspace: Workspace,
    @inject(Notices) private readonly notices: Notices,
  ) {}

  changes(): LogChanges {
    return new LogChanges(this.log, this.workspace.eventsDir, BOARD_MS)
  }

  /**
   * @param feature limits the board to one feature, by any of its names
   * @param how `glance` compares no package file: reading hundreds takes as long as everything else
   */
  look(
    feature: string | undefined,
    how: 'glance' | 'view' = 'view',
  ): Promise<{ board: StatusDocument; about: About }> {
    return this.workshop.run('board', async (services) => {
      const scope = await services.resolve(Scope)
      const chosen = await scope.chosenFeature(feature)
      const board = await (await services.resolve(Status))[how](chosen)
      const repository = basename(this.workspace.root)
      const { actor } = scope.provenance({})
      const facts = about(await services.resolve(Workflow), { repository, actor, readOnly: false })
      return { board, about: facts }
    })
  }

  /** @param key the package's feature and number */
  open(key: string): Promise<OpenPackage> {
    const slash = key.lastIndexOf('/')
    const [feature, id] = [key.slice(0, slash), key.slice(slash + 1)]
    return this.workshop.run('board', async (services) => {
      const detail = await (await services.resolve(TaskQueries)).show(feature, id)
      const state = await (await services.resolve(EventStore)).workPackage(feature, id)
      const subtasks = (state?.subtasks ?? []).map(({ id: subtask, done }) => ({ id: subtask, done }))
      return { detail, subtasks, text: detail.file === null ? null : this.#text(detail.file) }
    })
  }

  async write({ name, given }: WriteAsk): Promise<void> {
    await this.workshop.run(
      `board ${name}`,
      async (services) => WRITES[name](services, new Given(given)),
      this.notices,
    )
  }

  /** The file without its front matter; null if it cannot be read. */
  #text(file: string): string | null {
    const { root } = this.workspace
    const read = readSpecFile(root, join(root, file))
    if (!read.ok) return null
    const block = splitFrontMatter(read.bytes)
    return read.bytes.subarray(block.kind === 'found' ? block.bodyStart : 0).toString('utf8')
  }
}
