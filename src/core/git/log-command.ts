/**
 * `git log` as its manual has it, whatever the user has set: settings that print verdicts about signatures between the
 * fields that we ask for, that leave out what a first commit or a merge changed, that follow renames to other names, and
 * that write names in another encoding (git-config(1), `log.*` and `i18n.logOutputEncoding`).
 */
export const LOG: readonly string[] = [
  ...[
    'log.showSignature=false',
    'log.showRoot=true',
    // A git that does not know this one has no other `-m`.
    'log.diffMerges=separate',
    'log.follow=false',
    'i18n.logOutputEncoding=UTF-8',
  ].flatMap((setting) => ['-c', setting]),
  'log',
]
