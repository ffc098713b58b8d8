import { createHash } from 'node:crypto'
import { inject, injectable } from 'inversify'
import { recordOf } from '../../errors/error-record.js'
import { ErrorStorage } from '../../errors/error-storage.js'
import { type ErrorKind, isKittyError, KittyError } from '../../errors/kitty-error.js'
import { isName } from '../../events-lib.js'
import { LaneFiles } from './lane-files.js'
import { MoveTask, type MoveRequest, type MoveResult } from './move-task.js'

export interface PackagePlace {
  readonly feature: string
  readonly workPackage: string
}

export interface MovePackagesRequest extends Omit<MoveRequest, 'feature' | 'workPackage'> {
  readonly places: readonly PackagePlace[]
  /** Moves each package by itself: a refusal of one leaves the others moved. */
  readonly each: boolean
}

interface RefusedPackage extends PackagePlace {
  readonly error: KittyError
}

/** Moves several packages: all or none in one append, or each by itself. */
@injectable()
export class MovePackages {
  constructor(
    @inject(MoveTask) private readonly task: MoveTask,
    @inject(ErrorStorage) private readonly errors: ErrorStorage,
    @inject(LaneFiles) private readonly files: LaneFiles,
  ) {}

  /**
   * @throws KittyError as `MoveTask.move`; UsageError for packages of several features that are to move together. With
   * `each` it throws after the others are moved, and the context says what was moved and what was not.
   */
  async move({ places, each, ...request }: MovePackagesRequest): Promise<MoveResult[]> {
    const different = places.filter((place, at) => at === places.findIndex((one) => isSame(one, place)))
    if (each && different.length > 1) return this.files.inOneRun(() => this.#moveEach(different, request))
    const [feature = '', ...others] = new Set(different.map((place) => place.feature))
    if (others.length > 0) throw severalFeatures([feature, ...others])
    const workPackages = different.map((place) => place.workPackage)
    try {
      return await this.task.moveAll({ ...request, feature, workPackages })
    } catch (error) {
      throw isKittyError(error) && workPackages.length > 1 ? noneMoved(error, workPackages.length) : error
    }
  }

  async #moveEach(
    places: readonly PackagePlace[],
    request: Omit<MoveRequest, 'feature' | 'workPackage'>,
  ): Promise<MoveResult[]> {
    const { provenance } = request
    const key = provenance.causationId
    const moved: MoveResult[] = []
    const refused: RefusedPackage[] = []
    let ended: RefusedPackage | undefined
    for (const place of places) {
      const causationId = key === null ? null : keyFor(key, place)
      try {
        moved.push(await this.task.move({ ...request, ...place, provenance: { ...provenance, causationId } }))
      } catch (error) {
        if (!isKittyError(error)) throw error
        const one = { ...place, error }
        refused.push(one)
        if (!ENDS.has(error.kind)) continue
        ended = one
        break
      }
    }
    const failure = ended ?? refused[0]
    if (failure === undefined) return moved
    // The command records the one that it fails with.
    for (const { error } of refused.filter((one) => one !== failure)) {
      const record = recordOf(error, `move to ${request.to}`)
      if (record !== undefined) this.errors.record(record)
    }
    const left = places.slice(moved.length + refused.length)
    throw someRefused(failure, refused, moved, left)
  }
}

/** These would meet every further package too, the first of them after a wait of its own. */
const ENDS: ReadonlySet<ErrorKind> = new Set(['LockTimeout', 'LockUnavailable', 'HubUnreachable', 'DiskFull'])

/** One key for all would make the second move a repeat of the first. */
function keyFor(key: string, { feature, workPackage }: PackagePlace): string {
  const whole = `${key}:${feature}/${workPackage}`
  // What the caller gave is as long as a key may be: the part that kitty adds must not refuse it.
  if (isName(whole) || !isName(key)) return whole
  return `~${createHash('sha256').update(whole).digest('hex')}`
}

function isSame(a: PackagePlace, b: PackagePlace): boolean {
  return a.feature === b.feature && a.workPackage === b.workPackage
}

function severalFeatures(features: readonly string[]): KittyError {
  return new KittyError('UsageError', `The packages belong to several features: ${features.join(', ')}.`, {
    nextSteps: ['add --each to move each by itself', 'or move the packages of one feature at a time'],
    context: { features },
  })
}

function noneMoved(error: KittyError, count: number): KittyError {
  return new KittyError(error.kind, `${error.message} None of the ${count} packages was moved.`, {
    nextSteps: [...error.nextSteps, 'add --each to move those that can be moved'],
    context: error.context,
    cause: error,
  })
}

function someRefused(
  { error }: RefusedPackage,
  refused: readonly RefusedPackage[],
  moved: readonly MoveResult[],
  left: readonly PackagePlace[],
): KittyError {
  const reasons = refused.map((one) => `${one.workPackage}: ${one.error.message}`)
  const rest = left.length === 0 ? '' : ` Not tried: ${left.map((one) => one.workPackage).join(', ')}.`
  const done = moved.length === 0 ? '' : ` Moved: ${moved.map((one) => one.work_package).join(', ')}.`
  return new KittyError(error.kind, `Not moved: ${reasons.join(' ')}${rest}${done}`, {
    nextSteps: refused.flatMap((one) => one.error.nextSteps),
    context: {
      ...error.context,
      moved: moved.map(({ feature, work_package }) => ({ feature, work_package })),
      not_tried: left.map(({ feature, workPackage }) => ({ feature, work_package: workPackage })),
      refused: refused.map(({ feature, workPackage, error: { kind, message } }) => ({
        feature,
        work_package: workPackage,
        kind,
        message,
      })),
    },
    cause: error,
  })
}
