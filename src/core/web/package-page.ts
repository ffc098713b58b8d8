import { join } from 'node:path'
import { splitFrontMatter } from '../specs/front-matter.js'
import { readSpecFile } from '../specs/read-spec-file.js'
import { boxTexts } from '../specs/subtask-boxes.js'
import { Scope } from '../services/scope.js'
import { TaskQueries } from '../services/board/task-queries.js'
import { EventStore } from '../store/event-store.js'
import { Workspace } from '../workspace/workspace.js'
import type { Body, PackagePage } from './documents.js'
import type { Work } from './given.js'

/** One package: the answer of `show`, its subtasks, and its file as tokens. */
export const packagePage: Work = async (services, given): Promise<PackagePage> => {
  const scope = await services.resolve(Scope)
  const store = await services.resolve(EventStore)
  const feature = await scope.feature(given.text('feature'))
  const id = scope.workPackage(given.text('work_package'))
  const work_package = await (await services.resolve(TaskQueries)).show(feature, id)
  const state = await store.workPackage(feature, id)
  const { root } = await services.resolve(Workspace)
  // A file that cannot be read leaves out its texts only, since everything else about the package is still known.
  const read = work_package.file === null ? undefined : readSpecFile(root, join(root, work_package.file))
  const texts: ReadonlyMap<string, string> = read?.ok === true ? boxTexts(read.bytes) : new Map()
  return {
    work_package,
    subtasks: (state?.subtasks ?? []).map(({ id: subtask, done }) => ({
      id: subtask,
      text: texts.get(subtask) ?? null,
      done,
    })),
    body: read?.ok === true ? await bodyOf(read.bytes) : null,
  }
}

async function bodyOf(bytes: Buffer): Promise<Body> {
  const block = splitFrontMatter(bytes)
  const text = bytes.subarray(block.kind === 'found' ? block.bodyStart : 0).toString('utf8')
  // Load the parser only when the first package is opened.
  const { markdownBody } = await import('./markdown.js')
  return markdownBody(text)
}
