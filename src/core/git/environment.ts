/**
 * Variables that we pass from the caller to git: which configuration applies, who commits, how to reach a remote. We
 * drop all other `GIT_*` variables: inside a hook they point to another repository or to a half-made index, and some
 * change the output format.
 */
const PASSED_ON =
  /^GIT_(?:CONFIG_.+|AUTHOR_.+|COMMITTER_.+|EXEC_PATH|SSH|SSH_COMMAND|SSH_VARIANT|DISCOVERY_ACROSS_FILESYSTEM|TEST_ASSUME_DIFFERENT_OWNER)$/

/**
 * The environment of every git process. Git takes no optional locks, so reading never touches the user's index; it does
 * not prompt; its messages are in English, because we recognize errors by them. `GIT_CONFIG_COUNT`,
 * `GIT_CONFIG_PARAMETERS` and `GIT_CONFIG_GLOBAL` are passed on: any of them may set `safe.directory`.
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
