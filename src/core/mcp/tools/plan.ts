import { renderEdited, renderNew } from '../../cli/render/written.js'
import { renderSync } from '../../cli/render/sync.js'
import { EditPackage } from '../../services/packages/edit-package.js'
import { NewPackage } from '../../services/packages/new-package.js'
import { LAST_PRIORITY } from '../../specs/priority.js'
import { SyncFiles } from '../../services/features/sync-files.js'
import { COUNT, FLAG, KEY, LIST, TEXT, type Tool, type ToolAnswer, type ToolCall } from '../tool.js'

const SYNCED = ['sync', 'check', 'feature', 'key']
const EDITED = ['wp', 'feature', 'title', 'after', 'drop', 'priority', 'body', 'key']
const CREATED = ['title', 'feature', 'after', 'priority', 'body', 'subtasks', 'key']

export const plan: Tool = {
  description:
    'Without wp: new package (title). With wp: edit it. sync: take over changed files; check: only list them.',
  properties: {
    wp: TEXT,
    title: TEXT,
    feature: TEXT,
    after: LIST,
    drop: LIST,
    priority: COUNT,
    body: TEXT,
    subtasks: LIST,
    sync: FLAG,
    check: FLAG,
    ...KEY,
  },
  async answer(call) {
    const { input } = call
    if (input.flag('sync') || input.flag('check')) {
      input.only('with sync or check', SYNCED)
      return synced(call)
    }
    if (input.has('wp')) {
      input.only('with wp', EDITED)
      return edited(call)
    }
    input.only('without wp', CREATED)
    return created(call)
  },
}

async function created({ services, scope, input, provenance }: ToolCall): Promise<ToolAnswer> {
  const made = await (
    await services.resolve(NewPackage)
  ).create({
    feature: await scope.feature(input.optional('feature')),
    title: input.text('title'),
    after: input.list('after'),
    priority: input.number('priority', 0, LAST_PRIORITY),
    body: input.optional('body'),
    subtasks: input.list('subtasks'),
    provenance,
  })
  return { document: made, text: renderNew(made, false) }
}

async function edited({ services, input, provenance, place }: ToolCall): Promise<ToolAnswer> {
  const done = await (
    await services.resolve(EditPackage)
  ).edit({
    ...(await place()),
    title: input.optional('title'),
    after: input.list('after'),
    drop: input.list('drop'),
    priority: input.number('priority', 0, LAST_PRIORITY),
    body: input.optional('body'),
    provenance,
  })
  return { document: done, text: renderEdited(done, false) }
}

async function synced({ services, input, provenance }: ToolCall): Promise<ToolAnswer> {
  const check = input.flag('check')
  const feature = input.optional('feature')
  const result = await (
    await services.resolve(SyncFiles)
  ).sync({
    features: feature === undefined ? [] : [feature],
    check,
    lanes: false,
    take: [],
    write: [],
    provenance,
  })
  return { document: result, text: renderSync(result, check) }
}
