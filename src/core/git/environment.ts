/**
 * Variables of the caller's that git is given: which configuration holds, who commits, how a remote is reached. All
 * other `GIT_*` variables are dropped. Inside a hook they point at another repository or at a half-made index, and some
 * change the form of an answer.
 */
const PASSED_ON =
  /^GIT_(?:CONFIG_.+|AUTHOR_.+|COMMITTER_.+|EXEC_PATH|SSH|SSH_COMMAND|SSH_VARIANT|DISCOVERY_ACROSS_FILESYSTEM|TEST_ASSUME_DIFFERENT_OWNER)$/

/**
 * The environment every git process gets. Optional locks are not taken, so that looking never touches the user's
 * index; git does not prompt; its messages are in English, since errors are recognized by them.
 * `GIT_CONFIG_COUNT`, `GIT_CONFIG_PARAMETERS` and `GIT_CONFIG_GLOBAL` pass: `safe.directory` may come from any of them.
 */
export function gitEnvironment(
  env: Readonly<Record<string, string | undefined>>,
): Record<string, string | undefined> {
  const inherited = Object.entries(env).filter(([name]) => !name.startsWith('GIT_') || PASSED_ON.test(name))
  return {
    ...Object.fromEntries(inherited),
    GIT_OPTIONAL_LOCKS: '0',
    GIT_TERMINAL_PROMPT: '0',
    LC_ALL: 'C',
    LANGUAGE: 'C',
  }
}
