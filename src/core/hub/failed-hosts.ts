import { isKittyError, KittyError } from '../errors/kitty-error.js'
import { unreachable } from './hub-failure.js'

/**
 * Makes one error of what became of each host that was tried. A host that answered decides the kind: its answer is the
 * one to act on. What the others said follows shortly.
 * @param failures in the order of the hosts
 */
export function failedHosts(failures: readonly unknown[], hosts: readonly string[]): KittyError {
  const [first = unreachable(hosts.join(', ')), ...more] = failures.map((error, at) =>
    isKittyError(error) ? error : unreachable(hosts[at] ?? 'a host'),
  )
  if (more.length === 0) return first
  const all = [first, ...more]
  const wheres = all.flatMap(({ context: { where } }) => (typeof where === 'string' ? [where] : []))
  const answers = all.filter(({ context }) => typeof context['where'] !== 'string')
  const main = answers.find(({ kind }) => kind !== 'HubUnreachable') ?? answers[0] ?? first
  const silent =
    answers.length === 0 ? unreachable(wheres.join('; ')).message : `Not reached: ${wheres.join('; ')}.`
  const sentences = [...new Set([main, ...answers].map(({ message }) => message))]
  return new KittyError(
    main.kind,
    [...(answers.length === 0 ? [] : sentences), ...(wheres.length === 0 ? [] : [silent])].join(' '),
    {
      nextSteps: main.nextSteps,
      context: { ...main.context, hosts: all.map(({ kind, context }) => ({ kind, ...context })) },
      cause: main.cause,
    },
  )
}
