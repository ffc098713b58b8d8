/**
 * The fast path for merge drivers. Git starts one for every file that both sides changed, so it loads nothing that
 * other commands need; arguments that lack git's exact form take the normal path.
 */
export async function runMergeDriver(argv: readonly string[]): Promise<boolean> {
  const [topic, subject, command, base, ours, theirs, path, ...more] = argv
  if (topic !== 'agent' || command !== 'merge-driver' || more.length > 0) return false
  if (base === undefined || ours === undefined || theirs === undefined) return false
  if ([base, ours, theirs, path ?? ''].some((word) => word.startsWith('-'))) return false
  const versions = { base, ours, theirs, path }
  if (subject === 'events') (await import('../services/merge-log.js')).mergeLog(versions)
  else if (subject === 'specs') (await import('../services/merge-work-package.js')).mergeWorkPackage(versions)
  else return false
  return true
}
