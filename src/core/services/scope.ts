import { userInfo } from 'node:os'
import { inject, injectable } from 'inversify'
import { isKittyError, KittyError } from '../errors/kitty-error.js'
import { featureName } from '../specs/feature-name.js'
import { isFeature, listFeatures } from '../specs/features.js'
import { normalizeWorkPackageId, spellWorkPackageId } from '../specs/work-package-id.js'
import { resolveActor } from '../workspace/actor.js'
import { currentBranch } from '../git/branch.js'
import { gitUserName } from '../git/user-name.js'
import { resolveSession } from '../workspace/holder.js'
import { resolveFeature } from '../workspace/feature.js'
import { Workspace } from '../workspace/workspace.js'
import { Session } from '../workspace/session.js'
import { assertNewSlug } from '../workspace/slug.js'
import { EventStore, type Provenance } from '../store/event-store.js'
import { shownWords } from '../errors/next-step.js'
import { checkedKey } from '../workspace/event-key.js'

export interface ProvenanceFlags {
  readonly actor?: string | undefined
  readonly correlation?: string | undefined
  readonly session?: string | undefined
  readonly 'idempotency-key'?: string | undefined
  readonly offline?: boolean | undefined
}

/**
 * Determines what a command is about and who runs it, from flags, environment, branch and folder. See docs/commands.md.
 */
@injectable()
export class Scope {
  constructor(
    @inject(Workspace) private readonly workspace: Workspace,
    @inject(Session) private readonly session: Session,
    @inject(EventStore) private readonly store: EventStore,
  ) {}

  /**
   * Every existing feature: a folder under kitty-specs, or a feature in the log. An invalid name in a log never becomes
   * a path.
   */
  async features(): Promise<string[]> {
    const logged = await this.store.featureSlugs()
    const folders = listFeatures(this.workspace.specsDir)
    const known = new Set(folders)
    return [...folders, ...logged.filter((slug) => !known.has(slug) && featureName(slug) !== undefined)]
  }

  /** The features that are not archived. */
  async activeFeatures(): Promise<string[]> {
    const archived = await this.#archived()
    return (await this.features()).filter((slug) => !archived.has(slug))
  }

  async #archived(): Promise<ReadonlySet<string>> {
    const rows = await this.store.features()
    return new Set(rows.flatMap((row) => (row.archived === null ? [] : [row.feature_slug])))
  }

  /**
   * Ignores archived features and those without a folder when it checks whether another name is ambiguous.
   * @throws KittyError UsageError, UnknownFeature, AmbiguousFeature
   */
  async feature(flag: string | undefined): Promise<string> {
    // Agents give the full name, for which the other features need not be read.
    if (flag !== undefined && isFeature(this.workspace.specsDir, flag)) return flag
    const { cwd, env } = this.session
    const { worktree, gitDir, specsDir } = this.workspace
    const clues = { flag, env, branch: currentBranch(gitDir), cwd, worktree }
    const features = await this.features()
    const archived = await this.#archived()
    const active = features.filter((slug) => !archived.has(slug) && isFeature(specsDir, slug))
    try {
      if (active.length > 0) return resolveFeature({ ...clues, features: active })
    } catch (error) {
      if (!isKittyError(error) || error.kind !== 'UnknownFeature') throw error
    }
    return resolveFeature({ ...clues, features })
  }

  /**
   * The requested feature, from the flag or KITTY_FEATURE. Undefined means all features. @throws KittyError as
   * `feature`
   */
  async chosenFeature(flag: string | undefined): Promise<string | undefined> {
    const asked = flag ?? (this.session.env['KITTY_FEATURE'] || undefined)
    return asked === undefined ? undefined : this.feature(asked)
  }

  /**
   * The features to list: the requested one, or all.
   * @param all include archived features
   * @throws KittyError as `feature`
   */
  async chosenFeatures(flag: string | undefined, all = false): Promise<string[]> {
    const asked = await this.chosenFeature(flag)
    if (asked !== undefined) return [asked]
    return all ? this.features() : this.activeFeatures()
  }

  /**
   * Resolves any name of an existing feature. Other text is returned unchanged, as the name of a new feature.
   * @throws KittyError AmbiguousFeature
   */
  async chosenOrNewFeature(text: string): Promise<string> {
    try {
      return await this.feature(text)
    } catch (error) {
      if (!isKittyError(error) || error.kind !== 'UnknownFeature') throw error
      if (featureName(text) === undefined) assertNewSlug(text)
      return text
    }
  }

  /** A work package of the feature, or a feature named by its own slug. @throws KittyError as `feature`, UsageError */
  async contested(text: string, flag: string | undefined): Promise<{ feature: string; entity_id: string }> {
    if (flag === undefined && (await this.features()).includes(text))
      return { feature: text, entity_id: text }
    if (text.includes('/')) {
      const { feature, workPackage } = await this.place(text, flag)
      return { feature, entity_id: workPackage }
    }
    const feature = await this.feature(flag)
    return { feature, entity_id: text === feature ? feature : this.workPackage(text) }
  }

  /**
   * One work package, given either by its ID and the feature flag or as `NNN/WPxx`.
   * @throws KittyError as `feature`, UsageError
   */
  async place(text: string, flag: string | undefined): Promise<{ feature: string; workPackage: string }> {
    const slash = text.lastIndexOf('/')
    const id = text.slice(slash + 1)
    // A refusal names the whole text: no one recognizes half of a secret as one.
    const workPackage = this.workPackage(spellWorkPackageId(id) === undefined ? text : id)
    if (slash < 0) return { feature: await this.#featureOf(workPackage, flag), workPackage }
    const feature = await this.feature(text.slice(0, slash))
    if (flag !== undefined && (await this.feature(flag)) !== feature) throw twoFeatures(text, flag)
    return { feature, workPackage }
  }

  /** The feature of a package that was named without one. */
  async #featureOf(workPackage: string, flag: string | undefined): Promise<string> {
    try {
      return await this.feature(flag)
    } catch (error) {
      if (!isKittyError(error) || error.kind !== 'AmbiguousFeature' || flag !== undefined) throw error
      const rows = await this.store.boardRows()
      const having = rows.flatMap((row) => (row.work_package_id === workPackage ? [row.feature_slug] : []))
      if (having.length === 0) throw error
      throw new KittyError('AmbiguousFeature', `Nothing says which feature's ${workPackage} is meant.`, {
        nextSteps: having.flatMap((feature) => shownWords([`${feature}/${workPackage}`])),
        context: { ...error.context, features: having },
      })
    }
  }

  /** As `place`, where the package is optional: without one, only the feature. @throws KittyError as `place` */
  async placeOrFeature(
    text: string | undefined,
    flag: string | undefined,
  ): Promise<{ feature: string; workPackage: string | undefined }> {
    if (text !== undefined) return this.place(text, flag)
    return { feature: await this.feature(flag), workPackage: undefined }
  }

  /**
   * The entity that a filter asks for: a package by any of its names, or another entity by its ID. Without a feature it
   * means every feature.
   * @throws KittyError as `place`
   */
  async entity(
    text: string | undefined,
    flag: string | undefined,
  ): Promise<{ entity: string | undefined; feature: string | undefined }> {
    const id = text?.slice(text.lastIndexOf('/') + 1)
    if (text?.includes('/') === true && spellWorkPackageId(id ?? '') !== undefined) {
      const { feature, workPackage } = await this.place(text, flag)
      return { feature, entity: workPackage }
    }
    return {
      entity: text === undefined ? undefined : (spellWorkPackageId(text) ?? text),
      feature: flag === undefined ? undefined : await this.feature(flag),
    }
  }

  /** Normalizes `wp1` to `WP01`. @throws KittyError UsageError */
  workPackage(text: string): string {
    return normalizeWorkPackageId(text)
  }

  provenance(flags: ProvenanceFlags): Provenance {
    const { env } = this.session
    const actor = resolveActor({
      flag: flags.actor,
      env,
      gitUserName: () => gitUserName(this.workspace, env),
      osUser,
    })
    const session = resolveSession({ flag: flags.session, env })
    const key = flags['idempotency-key']
    const run = flags.correlation ?? (env['KITTY_CORRELATION_ID'] || undefined)
    const source = flags.correlation === undefined ? 'KITTY_CORRELATION_ID' : '--correlation'
    return {
      actor,
      causationId: key === undefined ? null : checkedKey(key, '--idempotency-key'),
      correlationId: run === undefined ? session : checkedKey(run, source),
      session,
      ...(flags.offline === true && { offline: true }),
    }
  }
}

function osUser(): string | undefined {
  try {
    return userInfo().username
  } catch {
    // The user ID has no entry in the password file. Fall through to the other sources.
    return undefined
  }
}

function twoFeatures(text: string, flag: string): KittyError {
  return new KittyError('UsageError', `${text} and --feature ${flag} name two features.`, {
    nextSteps: ['leave --feature out'],
    context: { work_package: text, feature: flag },
  })
}
