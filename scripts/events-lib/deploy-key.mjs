/** The steps that give a machine read access to the library's repository. docs/events-lib.md explains them. */
export const DEPLOY_KEY_STEPS = [
  "make a key: ssh-keygen -t ed25519 -N '' -C kitty-events -f kitty-events-key",
  'add kitty-events-key.pub to the repository as a deploy key that may only read',
  'keep the private key where only you, or the CI as a secret, can read it, and name it: export KITTY_EVENTS_SSH_KEY=/path/to/kitty-events-key',
  'npm run events-lib -- fetch',
  'more: docs/events-lib.md',
]
