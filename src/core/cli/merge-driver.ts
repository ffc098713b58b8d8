/**
 * The merge drivers' short way in. Git runs one for every file both sides changed, so that it is spared everything a
 * command otherwise loads; what does not have git's exact form takes the long way.
 */
export async function runMergeDriver(argv: readonly string[]): Promise<boolean> {
  const [topic, subject, command, base, ours, theirs, ...more] = argv
  if (topic !== 'agent' || command !== 'merge-driver' || more.length > 0) return false
  if (base === undefined || ours === undefined || theirs === undefined) return false
  if ([base, ours, theirs].some((path) => path.startsWith('-'))) return false
  if (subject === 'events') (await import('../services/merge-log.js')).mergeLog(base, ours, theirs)
  else if (subject === 'specs')
    (await import('../services/merge-work-package.js')).mergeWorkPackage(base, ours, theirs)
  else return false
  return true
}
