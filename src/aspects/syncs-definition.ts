import type { EventStore, Provenance } from '../core/store/event-store.js'
import { around, MisusedAspect } from './around.js'

/** The packages that the method works on. */
export interface AboutPackages {
  readonly feature: string
  readonly workPackages: readonly string[]
  readonly provenance: Provenance
}

interface Syncing {
  readonly store: EventStore
  readonly syncDefinition: { before<T>(about: AboutPackages, work: () => Promise<T>): Promise<T> }
}

/**
 * Lets the method decide on what the packages' files say now. Changes in the files go into the log before the method's
 * own events, in the same append; if the method is refused, nothing is stored. Goes inside `@Exclusive` and outside
 * `@Emits`. A repeated operation is answered before any file is read.
 */
export const SyncsDefinition = around<Syncing>('SyncsDefinition', async (call, proceed) => {
  const about = aboutOf(call.args[0])
  if (about === undefined)
    throw new MisusedAspect(
      `@SyncsDefinition on ${call.name}: its first argument needs feature, package and provenance.`,
    )
  const { store, syncDefinition } = call.instance
  const key = about.provenance.causationId
  if (key !== null && (await store.causedBy(key)).length > 0) return proceed()
  return syncDefinition.before(about, proceed)
})

function aboutOf(request: unknown): AboutPackages | undefined {
  if (
    typeof request !== 'object' ||
    request === null ||
    !('feature' in request) ||
    !('provenance' in request)
  )
    return undefined
  // Cast: the keys identify what the decorated services pass in.
  const { feature, provenance, workPackage, workPackages } = request as AboutPackages & {
    workPackage?: string
  }
  const packages =
    (workPackages as readonly string[] | undefined) ?? (workPackage === undefined ? [] : [workPackage])
  return { feature, provenance, workPackages: packages }
}
