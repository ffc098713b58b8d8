import { join } from 'node:path'
import { inject, injectable } from 'inversify'
import { Emits } from '../../../aspects/emits.js'
import { Exclusive } from '../../../aspects/exclusive.js'
import { isKittyError, KittyError, systemCode } from '../../errors/kitty-error.js'
import { isKittyEvent, type LogEvent } from '../../events-lib.js'
import { readFeature } from '../../specs/feature-folder.js'
import {
  featureName,
  lastFeature,
  nextFeatureName,
  numberOfFeature,
  wordsOfFeature,
} from '../../specs/feature-name.js'
import { metaJson, specMarkdown } from '../../specs/scaffold.js'
import { removeLeftTemporaries } from '../../files/left-temporaries.js'
import { assertReachable, lookInside, makeFolderInside, putInside } from '../../files/work-tree.js'
import { assertNewSlug, assertSlug } from '../../workspace/slug.js'
import { DEFAULT_MISSION, specCreated } from './feature-created.js'
import { EventStore, type Decision, decided, type Provenance } from '../../store/event-store.js'
import { Workspace } from '../../workspace/workspace.js'
import { OwnWriting } from '../definitions/own-writing.js'
import type { Repeats } from '../first-event.js'
import { Scope } from '../scope.js'
import { Notices } from '../../errors/notices.js'
import { repoPath } from '../../platform/paths.js'
import { shownCommand } from '../../errors/next-step.js'

export interface SetupRequest {
  /** `user-login`, or `017-user-login` for an existing folder or a number that the user chooses. */
  readonly slug: string
  readonly title?: string | undefined
  readonly mission?: string | undefined
  readonly provenance: Provenance
}

export interface SetupResult {
  readonly feature: string
  readonly feature_dir: string
  readonly spec_file: string
  /** False if the feature already existed and was adopted or only found. */
  readonly created: boolean
  readonly event: LogEvent
}

interface NamedFeature {
  readonly slug: string
  readonly title: string
  readonly mission: string | null
}

/** Starts a feature: assigns its number, writes its SpecCreated event, creates its folder. */
@injectable()
export class SetupSpec {
  constructor(
    @inject(EventStore) readonly store: EventStore,
    @inject(Workspace) private readonly workspace: Workspace,
    @inject(Scope) private readonly scope: Scope,
    @inject(Notices) private readonly notices: Notices,
    @inject(OwnWriting) private readonly own: OwnWriting,
  ) {}

  /** @throws KittyError UsageError for an invalid slug, or one whose number another feature has */
  @Exclusive
  async setUp(request: SetupRequest): Promise<SetupResult> {
    const known = await this.scope.features()
    const slug = chooseSlug(request.slug, known)
    const dir = join(this.workspace.specsDir, slug)
    assertReachable(this.workspace.root, join(dir, 'tasks'))
    const adopted = lookInside(this.workspace.root, dir).state === 'folder'
    const stated = adopted ? readFeature(this.workspace.specsDir, slug) : undefined
    const title = request.title ?? stated?.title ?? titleOf(slug)
    const mission = request.mission ?? stated?.mission ?? DEFAULT_MISSION
    const { events, repeated } = await this.record({
      repeats: (earlier) => earlier.every((event) => isThisFeature(event, request)),
      feature: { slug, title, mission },
      provenance: request.provenance,
    })
    const [event] = events.length > 0 ? events : await this.store.read({ feature: slug, type: 'SpecCreated' })
    if (event === undefined) throw new Error(`no SpecCreated of ${slug} after it was written`)
    const feature = event.payload.feature_slug
    const folder = join(this.workspace.specsDir, feature)
    if (!adopted && !repeated)
      this.#scaffold(folder, {
        slug,
        title,
        mission,
        createdBy: event.actor,
        createdAt: new Date(event.timestamp),
      })
    const short = repoPath(this.workspace.root, folder)
    return {
      feature,
      feature_dir: short,
      spec_file: join(short, 'spec.md'),
      created: !adopted && !repeated,
      event,
    }
  }

  @Emits
  protected async record(
    request: Repeats & { feature: NamedFeature; provenance: Provenance },
  ): Promise<Decision> {
    const known = await this.store.features()
    if (known.some((row) => row.feature_slug === request.feature.slug)) return decided([])
    return decided([specCreated(request.feature, request.provenance.actor)])
  }

  /** The event is already written. If this fails, the next setup-spec of the same name creates the missing files. */
  #scaffold(dir: string, feature: Parameters<typeof metaJson>[0]): void {
    try {
      const { root } = this.workspace
      makeFolderInside(root, join(dir, 'tasks'))
      for (const [name, text] of [
        ['spec.md', specMarkdown(feature)],
        ['meta.json', metaJson(feature)],
      ] as const) {
        putInside(root, join(dir, name), Buffer.from(text))
        this.own.keep(repoPath(root, join(dir, name)), undefined, Buffer.from(text))
      }
      removeLeftTemporaries(root, dir)
    } catch (error) {
      if (!isKittyError(error) && systemCode(error) === undefined) throw error
      const reason = error instanceof Error ? error.message : String(error)
      this.notices.warn(`${feature.slug} is in the log, but its folder is not complete: ${reason}`)
    }
  }
}

/**
 * A repeat without a number means the number that was assigned the first time, and one without a title or a mission what
 * was chosen then.
 */
function isThisFeature(event: LogEvent, { slug, title, mission }: SetupRequest): boolean {
  if (!isKittyEvent(event) || event.event_type !== 'SpecCreated') return false
  const { payload } = event
  return (
    (payload.feature_slug === slug || featureName(payload.feature_slug)?.words === slug) &&
    payload.title === (title ?? payload.title) &&
    payload.mission === (mission ?? payload.mission)
  )
}

function chooseSlug(asked: string, known: readonly string[]): string {
  const name = featureName(asked)
  // A name with a ULID has no number that could collide.
  if (name !== undefined && name.number === undefined) return asked
  if (/^\d/.test(asked)) {
    assertSlug(asked)
    const other = known.find((slug) => slug !== asked && numberOfFeature(slug) === name?.number)
    if (other !== undefined && !known.includes(asked)) throw numberTaken(asked, other)
    return asked
  }
  assertNewSlug(asked)
  const same = known.find((slug) => featureName(slug)?.words === asked)
  const slug = same ?? nextFeatureName(asked, known)
  if (slug === undefined) throw noNumberLeft(asked, known)
  return slug
}

function noNumberLeft(asked: string, known: readonly string[]): KittyError {
  const last = lastFeature(known) ?? ''
  const taken = new Set(known.map(numberOfFeature))
  let free = 1
  while (taken.has(free)) free += 1
  const slug = `${String(free).padStart(3, '0')}-${asked}`
  return new KittyError('UsageError', `No number is left after that of kitty-specs/${last}.`, {
    nextSteps: [
      ...shownCommand(['kitty', 'agent', 'feature', 'setup-spec', slug], 'choose a free number'),
      'or rename that folder, if its number is a mistake',
    ],
    context: { asked, other: last },
  })
}

function numberTaken(asked: string, other: string): KittyError {
  const words = featureName(asked)?.words ?? asked
  return new KittyError('UsageError', `The number of ${asked} belongs to ${other}.`, {
    nextSteps: shownCommand(['kitty', 'agent', 'feature', 'setup-spec', words]),
    context: { asked, other },
  })
}

function titleOf(slug: string): string {
  const words = wordsOfFeature(slug)
  return words.charAt(0).toUpperCase() + words.slice(1)
}
