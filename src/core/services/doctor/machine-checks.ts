import { accessSync, constants, lstatSync, readdirSync, statfsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { inject, injectable } from 'inversify'
import { isKittyError, systemCode } from '../../errors/kitty-error.js'
import { driverProblem } from '../../index/sqlite/data-source.js'
import { isDayFile } from '../../log/format/day-file.js'
import { tryLocks } from '../../lock/try-locks.js'
import { repairCommand } from '../../own-package.js'
import { byHand, type Check, repairable, some, type Verdict, well } from './check.js'
import { gitChecks } from './git-checks.js'
import { refusalsAsVerdicts } from './place-checks.js'
import { setAside } from '../../log/repair/errors-folder.js'
import { Workspace } from '../../workspace/workspace.js'
import { WriteLock } from '../../lock/write-lock.js'
import { Session } from '../../workspace/session.js'
import { renameOver } from '../../platform/rename-over.js'
import { type NextStep, shownCommand } from '../../errors/next-step.js'
import { systemCommands } from '../../platform/system-commands.js'

/** In bytes. With less, a merge or a rebuilt index may not fit. */
const LITTLE_SPACE = 50 * 1024 * 1024

function reinstall(): NextStep[] {
  return [
    ...shownCommand(
      repairCommand('install'),
      'on this machine: native parts fit one platform, and SQLite may need a compiler',
    ),
    ...shownCommand(repairCommand('rebuild'), 'if it is there and does not load'),
  ]
}

/** Checks the machine and the setup around the log. */
@injectable()
export class MachineChecks {
  constructor(
    @inject(Workspace) private readonly workspace: Workspace,
    @inject(WriteLock) private readonly lock: WriteLock,
    @inject(Session) private readonly session: Session,
  ) {}

  checks(): Check[] {
    const looks: [string, () => Verdict | Promise<Verdict>][] = [
      ['file-locks', () => fileLocks(this.workspace)],
      ['sqlite', () => sqlite()],
      ['free-space', () => freeSpace(this.workspace.kittyDir)],
      ['write-access', () => writeAccess(this.workspace)],
      ['error-records', () => this.#errorRecords()],
      ['write-lock', () => this.#writeLock()],
    ]
    return [
      ...looks.map(([name, look]): Check => ({ name, area: 'environment', look: refusalsAsVerdicts(look) })),
      ...gitChecks(this.workspace),
    ]
  }

  #writeLock(): Verdict {
    const holder = this.lock.holder()
    if (holder === undefined) return well('free')
    const who =
      holder === 'unknown'
        ? 'a process that has not said who it is'
        : holder === 'elsewhere'
          ? 'a process on another machine or in another container'
          : `process ${holder.pid} (${holder.purpose}, since ${holder.since})`
    return well(`held at this moment by ${who}; it goes with its holder`)
  }

  #errorRecords(): Verdict {
    const { errorsDir } = this.workspace
    const stats = lstatSync(errorsDir, { throwIfNoEntry: false })
    if (stats === undefined) return well('none yet')
    if (!stats.isDirectory()) {
      return repairable(
        `${errorsDir} is no folder: what goes wrong is not recorded, and nothing can be set aside there`,
        'moves it away and makes the folder',
        () => {
          const aside = `${errorsDir}-aside`
          renameOver(errorsDir, aside)
          setAside(aside, errorsDir, this.session.now())
        },
      )
    }
    const problem = accessProblem(errorsDir)
    return problem === undefined
      ? well('can be written')
      : byHand(
          `${errorsDir} cannot be written (${problem}): what goes wrong is not recorded`,
          ...systemCommands()
            .makeWritable([errorsDir], 'u+w')
            .flatMap((words) => shownCommand(words)),
        )
  }
}

/** Takes and releases a real lock, where the log's lock is: a module that loads may still find no locks there. */
function fileLocks({ gitCommonDir }: Workspace): Verdict {
  const found = tryLocks(gitCommonDir)
  if (found.state === 'works') return well('a lock can be taken and released')
  if (found.state === 'not writable')
    return well(`not tried: ${gitCommonDir} cannot be written (${found.reason})`)
  return found.state === 'no module'
    ? byHand(
        `fs-native-extensions cannot be loaded (${found.reason}): without it nothing can be written`,
        ...reinstall(),
      )
    : byHand(
        `no lock could be taken in ${gitCommonDir} (${found.reason}): without one nothing can be written`,
        'Keep the repository on a local file system.',
      )
}

async function sqlite(): Promise<Verdict> {
  const problem = await driverProblem()
  return problem === undefined
    ? well('the native module loads')
    : byHand(`${problem}: the log is read directly, which is slower`, ...reinstall())
}

function freeSpace(path: string): Verdict {
  const { bavail, bsize } = statfsSync(path)
  const free = bavail * bsize
  const says = `${Math.floor(free / 1024 / 1024)} MiB free`
  return free >= LITTLE_SPACE
    ? well(says)
    : byHand(
        `${says} where the log is kept: an event that does not fit is refused`,
        'Free some space on that disk.',
      )
}

function writeAccess({
  kittyDir,
  eventsDir,
  privateDir,
  clockFile,
  journalFile,
  lockFile,
}: Workspace): Verdict {
  const days = readdirSync(eventsDir).filter(isDayFile)
  const paths = [
    kittyDir,
    eventsDir,
    ...days.map((name) => join(eventsDir, name)),
    privateDir,
    clockFile,
    journalFile,
    lockFile,
  ]
  const closed = paths.flatMap((path) => {
    const problem = accessProblem(path)
    return problem === undefined ? [] : [{ path, problem }]
  })
  if (closed.length === 0) return well('everything can be read and written')
  const says = some(closed.map(({ path, problem }) => `${path} (${problem}, mode ${modeOf(path)})`))
  const isReadOnly = closed.some(({ problem }) => problem === 'EROFS')
  const steps = isReadOnly
    ? ['Mount the disk for writing.']
    : systemCommands()
        .makeWritable(
          closed.slice(0, 5).map(({ path }) => path),
          'u+rw',
        )
        .flatMap((words) => shownCommand(words))
  return byHand(`${says} cannot be read and written: nothing can be stored`, ...steps)
}

/** The system's error code, or undefined if the path can be read and written or does not exist. */
function accessProblem(path: string): string | undefined {
  try {
    accessSync(path, constants.R_OK | constants.W_OK)
    return undefined
  } catch (error) {
    const code = systemCode(error)
    if (code === undefined && !isKittyError(error)) throw error
    return code === 'ENOENT' ? undefined : code
  }
}

function modeOf(path: string): string {
  const mode = statSync(path, { throwIfNoEntry: false })?.mode
  return mode === undefined ? '?' : (mode & 0o7777).toString(8).padStart(4, '0')
}
