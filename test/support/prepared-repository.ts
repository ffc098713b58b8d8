import { createContainer } from '../../src/core/di/container.js'
import { BY_ADA, inProcess, testSession } from './session.js'
import { type SpecPackage, writeFeature } from './specs.js'
import { TempRepository } from './temp-repository.js'
import { Initialize } from '../../src/core/services/initialize.js'
import { FinalizeTasks } from '../../src/core/services/features/finalize-tasks.js'

/** The starting point of most program tests: two free packages, and one that depends on both. */
export const LOGIN: readonly SpecPackage[] = [
  { id: 'WP01' },
  { id: 'WP02' },
  { id: 'WP03', dependencies: ['WP01', 'WP02'] },
]

/** A repository after `kitty init` whose features have been written, finalized and committed. */
export async function preparedRepository(
  features: Readonly<Record<string, readonly SpecPackage[]>> = { '001-login': LOGIN },
  root?: string,
): Promise<TempRepository> {
  const repository = new TempRepository(root)
  for (const [slug, packages] of Object.entries(features)) writeFeature(repository, slug, packages)
  const initialise = await createContainer(testSession({ cwd: repository.root })).resolve(Initialize)
  initialise.initialise()
  const { store, service } = await inProcess({ cwd: repository.root })
  const finalize = await service(FinalizeTasks)
  await finalize.finalize({ features: Object.keys(features), all: true, provenance: BY_ADA })
  await store.close()
  repository.commitAll('prepared')
  return repository
}
