import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DEPLOY_KEY_STEPS } from './deploy-key.mjs'
import { EventsLibFailure } from './failure.mjs'
import { git, hasCommit, tryGit } from './git.mjs'
import { checkOut } from './own-objects.mjs'

/**
 * Fetches the pinned commit over SSH and extracts the pinned folder into `into`/`pin.path`.
 * @param {import('./pin.mjs').Pin} pin @param {string} into @param {NodeJS.ProcessEnv} env
 * @throws EventsLibFailure naming the obstacle
 */
export function fetchOverSsh(pin, into, env) {
  const key = env.KITTY_EVENTS_SSH_KEY
  if (key && !existsSync(key))
    throw new EventsLibFailure(
      `The deploy key is missing: KITTY_EVENTS_SSH_KEY names ${key}, which is not there.`,
      DEPLOY_KEY_STEPS,
    )
  const url = pin.repository.slice('git+'.length)
  const scratch = mkdtempSync(join(tmpdir(), 'kitty-events-fetch-'))
  try {
    git(scratch, ['init', '--quiet', '--bare', '.'])
    const found =
      fetch(scratch, url, pin.commit, sshCommand(env)) ||
      everything(scratch, url, pin.commit, sshCommand(env))
    if (!found || !checkOut(scratch, pin, into)) throw commitIsNotThere(pin)
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
}

/** Fetches only the exact commit. @returns whether the server sent it */
function fetch(scratch, url, commit, ssh) {
  return (
    attempt(scratch, ['fetch', '--quiet', '--no-tags', '--depth=1', url, commit], url, ssh) &&
    hasCommit(scratch, commit)
  )
}

/** Servers may refuse a commit that is not the tip of a branch: then fetch the branches and find the commit in them. */
function everything(scratch, url, commit, ssh) {
  return (
    attempt(scratch, ['fetch', '--quiet', '--no-tags', url, '+refs/heads/*:refs/heads/*'], url, ssh) &&
    hasCommit(scratch, commit)
  )
}

function attempt(scratch, args, url, ssh) {
  const done = tryGit(scratch, ['-c', 'fetch.fsckObjects=true', '-c', 'protocol.version=2', ...args], {
    GIT_SSH_COMMAND: ssh,
  })
  if (done.ok) return true
  // Git and ssh exit with the same status for every cause; only their messages tell causes apart.
  const failure = failureIn(done.stderr, new URL(url))
  if (failure !== undefined) throw failure
  return false
}

/** The caller's settings come first, because ssh uses the first of two settings. */
function sshCommand({ GIT_SSH_COMMAND, KITTY_EVENTS_SSH_KEY, KITTY_EVENTS_KNOWN_HOSTS }) {
  const options = ['-v', '-o BatchMode=yes', '-o StrictHostKeyChecking=yes', '-o ConnectTimeout=20']
  if (KITTY_EVENTS_SSH_KEY) options.push('-o IdentitiesOnly=yes', `-i ${quoted(KITTY_EVENTS_SSH_KEY)}`)
  if (KITTY_EVENTS_KNOWN_HOSTS)
    options.push(
      `-o UserKnownHostsFile=${quoted(KITTY_EVENTS_KNOWN_HOSTS)}`,
      '-o GlobalKnownHostsFile=/dev/null',
    )
  return [GIT_SSH_COMMAND || 'ssh', ...options].join(' ')
}

function quoted(path) {
  return `'${path.replaceAll("'", String.raw`'\''`)}'`
}

function failureIn(said, url) {
  const host = url.hostname
  const scan = `ssh-keyscan ${url.port === '' ? '' : `-p ${url.port} `}${host}`
  if (said.includes('REMOTE HOST IDENTIFICATION HAS CHANGED'))
    return new EventsLibFailure(
      `${host} shows another host key than the one known for it: someone may intercept the connection. Nothing was fetched.`,
      [
        `ask the administrator of ${host} whether its key was changed`,
        `if so, forget the old one: ssh-keygen -R ${url.port === '' ? host : `'[${host}]:${url.port}'`}`,
      ],
    )
  if (said.includes('Host key verification failed'))
    return new EventsLibFailure(`The host key of ${host} is unknown, so nothing was sent to it.`, [
      `${scan} > known-hosts   # then compare its fingerprint with the published one: ssh-keygen -lf known-hosts`,
      'cat known-hosts >> ~/.ssh/known_hosts, or name the file: export KITTY_EVENTS_KNOWN_HOSTS=known-hosts',
      'npm run events-lib -- fetch',
    ])
  if (/Permission denied \(/.test(said)) {
    const offered = [...said.matchAll(/Offering public key: (\S+)/g)].map((match) => match[1])
    const what =
      offered.length === 0
        ? `A key for ${host} is missing: none was found to offer.`
        : `${host} refused the key ${offered.join(', ')}.`
    return new EventsLibFailure(what, DEPLOY_KEY_STEPS)
  }
  if (
    /Could not resolve hostname|Connection refused|Connection timed out|No route to host|Network is unreachable/.test(
      said,
    )
  )
    return new EventsLibFailure(
      `${url.host} could not be reached: ${/ssh: .*/.exec(said)?.[0] ?? 'no answer'}`,
      [
        'check the network and eventsLib.repository in package.json',
        `ssh ${url.port === '' ? '' : `-p ${url.port} `}-T ${url.username === '' ? '' : `${url.username}@`}${host}`,
      ],
    )
  if (/does not appear to be a git repository|[Rr]epository not found/.test(said))
    return new EventsLibFailure(`There is no repository at ${url.href} for this key.`, [
      'check eventsLib.repository in package.json',
      'check that the deploy key belongs to this very repository',
    ])
  if (/not our ref|unadvertised object|couldn't find remote ref/.test(said)) return undefined
  return new EventsLibFailure(`Fetching from ${url.href} failed: ${lastLine(said)}`, [
    'try what git tried: GIT_TRACE=1 npm run events-lib -- fetch',
  ])
}

function lastLine(said) {
  return said
    .split('\n')
    .filter((line) => !line.startsWith('debug1:'))
    .slice(-3)
    .join(' ')
    .trim()
}

function commitIsNotThere({ repository, commit }) {
  return new EventsLibFailure(`Commit ${commit} is not there in ${repository}.`, [
    'push it, if it was only ever committed here: git push',
    'or pin one that is there: npm run events-lib -- pin <commit>',
  ])
}
