import { inject, injectable } from 'inversify'
import { isKittyError } from '../errors/kitty-error.js'
import { visibleJson } from '../errors/visible-json.js'
import type { LogEvent } from '../events-lib.js'
import { Scope } from '../services/scope.js'
import { Status } from '../services/board/status.js'
import { TaskQueries } from '../services/board/task-queries.js'
import type { Resolver } from '../token.js'
import { Workshop } from '../web/workshop.js'

export const BOARD = 'kitty://board'
const JSON_TYPE = 'application/json'

interface ResourceLink {
  uri: string
  name: string
  mimeType: string
}

/** Boards and packages by address, for clients that watch them. */
@injectable()
export class McpResources {
  constructor(@inject(Workshop) private readonly workshop: Workshop) {}

  /** The whole board and one for each feature. Packages are found by {@link TEMPLATES}. */
  async list(): Promise<ResourceLink[]> {
    const features = await this.workshop.run('mcp resources', async (services) =>
      (await services.resolve(Scope)).activeFeatures(),
    )
    return [
      { uri: BOARD, name: 'board', mimeType: JSON_TYPE },
      ...features.map((feature) => ({ uri: boardUri(feature), name: feature, mimeType: JSON_TYPE })),
    ]
  }

  /** @returns undefined if there is no such resource @throws KittyError when it cannot be read */
  async read(uri: string): Promise<{ uri: string; mimeType: string; text: string } | undefined> {
    const [feature, workPackage, ...rest] = partsOf(uri) ?? [undefined, undefined, 'unknown']
    if (rest.length > 0) return undefined
    try {
      const document = await this.workshop.run('mcp resources', (services) =>
        documentOf(services, feature, workPackage),
      )
      return { uri, mimeType: JSON_TYPE, text: visibleJson(document) }
    } catch (error) {
      if (isKittyError(error) && MISSING.has(error.kind)) return undefined
      throw error
    }
  }
}

export const TEMPLATES = [
  { uriTemplate: `${BOARD}/{feature}`, name: 'board of a feature', mimeType: JSON_TYPE },
  { uriTemplate: 'kitty://wp/{feature}/{wp}', name: 'work package', mimeType: JSON_TYPE },
]

const MISSING: ReadonlySet<string> = new Set(['UnknownFeature', 'UnknownWorkPackage', 'UsageError'])

/** The addresses of what an event changes. */
export function urisOf(event: LogEvent): string[] {
  const slug = featureOf(event)
  if (slug === undefined) return [BOARD]
  const { entity_type, entity_id, payload } = event
  const named: unknown = entity_type === 'WorkPackage' ? entity_id : Reflect.get(payload, 'work_package_id')
  const boards = [BOARD, boardUri(slug)]
  return typeof named === 'string' ? [...boards, packageUri(slug, named)] : boards
}

/** The feature that an event says it is about; events of other programs may say anything. */
export function featureOf({ payload }: LogEvent): string | undefined {
  const slug: unknown = Reflect.get(payload, 'feature_slug')
  return typeof slug === 'string' ? slug : undefined
}

export function packageUri(feature: string, workPackage: string): string {
  return `kitty://wp/${encodeURIComponent(feature)}/${encodeURIComponent(workPackage)}`
}

function boardUri(feature: string): string {
  return `${BOARD}/${encodeURIComponent(feature)}`
}

/** The address under which a resource is announced; undefined if this one names none now. */
export async function announcedAs(services: Resolver, uri: string): Promise<string | undefined> {
  const parts = partsOf(uri)
  if (parts === undefined) return undefined
  const [feature, workPackage] = parts
  if (feature === undefined) return BOARD
  try {
    const scope = await services.resolve(Scope)
    const slug = await scope.feature(feature)
    return workPackage === undefined ? boardUri(slug) : packageUri(slug, scope.workPackage(workPackage))
  } catch (error) {
    if (isKittyError(error)) return undefined
    throw error
  }
}

/** The feature and package that an address names; undefined if it is none of ours. */
function partsOf(uri: string): string[] | undefined {
  const [, kind, path = ''] = /^kitty:\/\/(board|wp)(?:\/(.*))?$/.exec(uri) ?? []
  try {
    const parts = path === '' ? [] : path.split('/').map(decodeURIComponent)
    if (kind === 'board' && parts.length <= 1) return parts
    return kind === 'wp' && parts.length === 2 ? parts : undefined
  } catch {
    // A stray percent sign.
    return undefined
  }
}

async function documentOf(
  services: Resolver,
  feature: string | undefined,
  workPackage: string | undefined,
): Promise<object> {
  const scope = await services.resolve(Scope)
  const slug = feature === undefined ? undefined : await scope.feature(feature)
  if (slug === undefined || workPackage === undefined) return (await services.resolve(Status)).board(slug)
  return {
    work_package: await (await services.resolve(TaskQueries)).show(slug, scope.workPackage(workPackage)),
  }
}
