import { createContainer } from '../../di/container.js'
import type { Session } from '../../workspace/session.js'
import { dataFolder } from './data-folder.js'
import { loadExtensions } from './load-extensions.js'
import { Notices } from '../../errors/notices.js'
import type { Resolver } from '../../token.js'

/** The program's container, with everything that its installed plugins add. */
export async function openContainer(session: Session): Promise<Resolver> {
  const extensions = await loadExtensions(dataFolder(session.env))
  const resolver = createContainer(session, extensions)
  const notices = await resolver.resolve(Notices)
  for (const problem of extensions.problems) notices.warn(problem)
  return resolver
}
