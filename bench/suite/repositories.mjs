import { join } from 'node:path'
import { makeRepository, packagesOf } from '../generate.mjs'
import { kitty, run } from './program.mjs'

const PACKAGES_A_FEATURE = 20
const MOST_PACKAGES = 2_000
const EVENTS_A_DAY = 2_740
/** The last two packages stop after this many events, so that their histories do not grow with the log. */
const QUIET = [100, 5]

/** The shape of a repository with this many events. 0 means newly set up, with three packages. */
export function shapeOf(events) {
  if (events === 0) return { events: 4, packages: 3, features: 1, days: 1 }
  const features = Math.min(MOST_PACKAGES / PACKAGES_A_FEATURE, Math.max(1, Math.round(events / 200)))
  return {
    events,
    packages: features * PACKAGES_A_FEATURE,
    features,
    days: Math.ceil(events / EVENTS_A_DAY),
    quiet: QUIET,
  }
}

/** The repositories of a run, created on first use and kept for later parts. */
export class Repositories {
  #made = new Map()

  constructor(folder, env, say) {
    this.folder = folder
    this.env = env
    this.say = say
  }

  /**
   * @returns `{ cwd, events, packages, busy, long, short }`: packages to write to, and with long and short histories
   */
  withEvents(events) {
    return this.#once(`events-${events}`, shapeOf(events))
  }

  /** As many events on a board of 400 packages in 10 features. */
  withBoard(events) {
    const days = Math.ceil(events / EVENTS_A_DAY)
    return this.#once(`board-${events}`, { events, packages: 400, features: 10, days, quiet: QUIET })
  }

  /** All the packages without any further events: separates the cost of packages from the cost of events. */
  withPackagesOnly() {
    const features = MOST_PACKAGES / PACKAGES_A_FEATURE
    const shape = { packages: MOST_PACKAGES, features, events: MOST_PACKAGES + features, days: 1 }
    return this.#once('packages', shape)
  }

  /** A repository in which the last two moves of this many packages are concurrent. */
  withForks(forks, { events, packages }) {
    const shape = { events, packages, features: 1, days: 1, forks }
    return this.#once(`forks-${forks}-${events}`, shape)
  }

  /** A repository whose first package has this many concurrent moves. */
  withHeads(heads) {
    return this.#once(`heads-${heads}`, { events: heads + 4, packages: 3, features: 1, days: 1, heads })
  }

  #once(name, shape) {
    const known = this.#made.get(name)
    if (known !== undefined) return known
    this.say(`a log of ${shape.events.toLocaleString('en')} events`)
    const made = this.#make(join(this.folder, name), shape)
    this.#made.set(name, made)
    return made
  }

  #make(cwd, shape) {
    const options = { cwd, env: this.env }
    makeRepository(cwd, shape)
    kitty(['init'], options)
    run('git', ['add', '.gitattributes', '.kittify/.gitignore'], options)
    run(
      'git',
      ['-c', 'user.name=bench', '-c', 'user.email=bench@example.invalid', 'commit', '-qm', 'Set up'],
      options,
    )
    const packages = packagesOf(shape)
    return {
      cwd,
      events: shape.events,
      packages,
      busy: packages[0],
      long: packages[1],
      hundred: packages.at(-2),
      short: packages.at(-1),
    }
  }
}
