import { inject, injectable } from 'inversify'
import type { WorkPackageState } from '../../events-lib.js'
import { groupBy } from '../../log/group-by.js'
import { cyclesIn } from '../../specs/check-tasks.js'
import { differences } from '../../specs/definition.js'
import { listFeatures } from '../../specs/features.js'
import { Team, type TeamLink } from '../../store/event-store.js'
import { Workspace } from '../../workspace/workspace.js'
import { DefinitionFiles } from '../definitions/definition-files.js'
import { loggedDefinition } from '../definitions/logged-values.js'
import { MissingFiles } from '../definitions/missing-files.js'
import { byHand, some, type Verdict, well } from './check.js'
import { shownCommand } from '../../errors/next-step.js'
import { counted } from '../../errors/counted.js'
import { isKittyError } from '../../errors/kitty-error.js'

/** Checks that the packages' files and the log agree, and that no packages in the log wait for one another. */
@injectable()
export class DefinitionCheck {
  constructor(
    @inject(DefinitionFiles) private readonly files: DefinitionFiles,
    @inject(MissingFiles) private readonly missing: MissingFiles,
    @inject(Workspace) private readonly workspace: Workspace,
    @inject(Team) private readonly team: { readonly link: TeamLink | undefined },
  ) {}

  /** @param states every package of the log */
  async verdict(states: readonly WorkPackageState[]): Promise<Verdict> {
    const logged = groupBy(states, (state) => state.feature_slug)
    const features = new Set([...listFeatures(this.workspace.specsDir), ...logged.keys()])
    const found = { wrong: [] as string[], fresh: 0 }
    for (const feature of features)
      await this.#look(feature, logged.get(feature) ?? [], found).catch((error: unknown) => {
        if (!isKittyError(error)) throw error
        found.wrong.push(error.message)
      })
    const fresh =
      found.fresh === 0 ? '' : `; ${counted(found.fresh, 'package')} not in the log yet: kitty sync`
    if (found.wrong.length === 0) return well(`the packages' files and the log say the same${fresh}`)
    return byHand(
      `${some(found.wrong)}: rules judge by the log, people read the files${fresh}`,
      ...shownCommand(['kitty', 'sync', '--check'], 'which side changed'),
      ...shownCommand(['kitty', 'sync'], 'takes over what was changed in the files'),
    )
  }

  async #look(
    feature: string,
    states: readonly WorkPackageState[],
    found: { wrong: string[]; fresh: number },
  ) {
    const known = new Map(states.map((state) => [state.work_package_id, state]))
    const files = await this.files.read(feature)
    for (const file of files.values()) {
      const state = known.get(file.id)
      if (file.kind === 'twice') found.wrong.push(`${file.files.join(' and ')} have one id`)
      else if (file.kind === 'unreadable') found.wrong.push(file.reason)
      else if (state?.created !== true) found.fresh++
      else if (differences(file.stated, loggedDefinition(state)).length > 0)
        found.wrong.push(`${file.file} says something else than the log`)
    }
    const without = states.filter((state) => state.created && !files.has(state.work_package_id))
    for (const [id, { mark, text }] of this.missing.marks(
      feature,
      without.map((state) => state.work_package_id),
      this.team.link !== undefined,
    ))
      if (mark === 'missing') found.wrong.push(`${feature} ${id}: ${text}`)
    const graph = states.map((state) => ({
      work_package_id: state.work_package_id,
      ...loggedDefinition(state),
    }))
    for (const cycle of cyclesIn(graph))
      found.wrong.push(`${feature}: ${cycle.join(' → ')} wait for one another`)
  }
}
