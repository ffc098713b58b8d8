import { KittyError } from '../errors/kitty-error.js'
import { shownCommand } from '../errors/next-step.js'
import {
  checkWorkflow,
  DEFAULT_WORKFLOW,
  type MergeOptions,
  REVIEWED_WORKFLOW,
  type StatusRule,
  type WorkflowTable,
} from '../events-lib.js'
import { token } from '../token.js'
import { unsafe } from '../files/assert-safe.js'
import { type HubSetting, hubSetting } from './hub-setting.js'
import { LIMITS, readInside } from '../files/work-tree.js'
import type { Workspace } from './workspace.js'
import { systemCommands } from '../platform/system-commands.js'

/** A project's settings in `.kittify/config.json`. Every key is optional. See docs/workflow.md. */
export interface Config {
  /** `"default"`, `"reviewed"`, or a custom table. */
  readonly workflow: WorkflowTable
  readonly log: {
    /** `daily`: one file per day. `per-writer`: one file per day and clone, so that no merge needs a driver. */
    readonly files: 'daily' | 'per-writer'
  }
  readonly merge: {
    readonly status: StatusRule
    /** Who merges packages' branches: `kitty merge`, or people on a forge. */
    readonly by: 'kitty' | 'forge'
  }
  readonly claims: {
    /** How long a claim holds a package after its holder's last sign of life, in milliseconds. */
    readonly expire: number
  }
  readonly errors: {
    /** Error records are committed like other files. */
    readonly track: boolean
  }
  /** Names of people: an event of theirs that another commits is named by an audit. */
  readonly authors: readonly string[]
  /** The hub that clones of this repository share; undefined without one. */
  readonly hub?: HubSetting | undefined
}

export const Config = token<Config>('Config')

/** The workflow table in force. */
export const Workflow = token<WorkflowTable>('Workflow')

/** The library's options for folding: the table, and the rule for concurrent lanes. */
export const FoldRules = token<MergeOptions>('FoldRules')

/** Reports what is wrong, with the path in the file, such as `workflow.moves.doing[0].to`. */
type Report = (path: string, message: string) => void
type Parser<Value> = (value: unknown, report: Report) => Value

const BUILT_IN: Readonly<Record<string, WorkflowTable>> = {
  default: DEFAULT_WORKFLOW,
  reviewed: REVIEWED_WORKFLOW,
}
const DEFAULTS: Config = {
  workflow: DEFAULT_WORKFLOW,
  log: { files: 'daily' },
  merge: { status: 'last_writer_wins', by: 'kitty' },
  claims: { expire: 4 * 3_600_000 },
  errors: { track: false },
  authors: [],
}

/** One parser per key: a new setting does not compile without one. */
const PARSERS: { readonly [Key in keyof Config]-?: Parser<Config[Key]> } = {
  workflow,
  log: (value, report) => {
    const { files } = section('log', value, ['files'], report)
    return { files: oneOf('log.files', files, ['daily', 'per-writer'], report) }
  },
  merge: (value, report) => {
    const { status, by } = section('merge', value, ['status', 'by'], report)
    return {
      status: oneOf('merge.status', status, ['last_writer_wins', 'priority'], report),
      by: oneOf('merge.by', by, ['kitty', 'forge'], report),
    }
  },
  claims: (value, report) => {
    const { expire } = section('claims', value, ['expire'], report)
    const found = expire === undefined ? DEFAULTS.claims.expire : parseDuration(expire)
    if (found === undefined) report('claims.expire', 'must be a time such as "4h", "90m" or "2d"')
    return { expire: found ?? DEFAULTS.claims.expire }
  },
  errors: (value, report) => {
    const { track = false } = section('errors', value, ['track'], report)
    if (typeof track !== 'boolean') report('errors.track', 'must be true or false')
    return { track: track === true }
  },
  authors: (value, report) => {
    if (Array.isArray(value) && value.every((name): name is string => typeof name === 'string')) return value
    report('authors', 'must be a list of names')
    return DEFAULTS.authors
  },
  // Not the function itself: without a hub its module is not loaded.
  hub: (value, report) => hubSetting(value, report),
}

/**
 * Reads the project's settings. A missing key has its default.
 * @throws KittyError BadConfig with the file, path and reason.
 */
export function readConfig({ root, configFile }: Pick<Workspace, 'root' | 'configFile'>): Config {
  const { bytes, settings } = readSettings(root, configFile)
  if (bytes === undefined) return DEFAULTS
  const problems: { path: string; message: string }[] = []
  const report: Report = (path, message) => void problems.push({ path, message })
  const config = { ...DEFAULTS, ...parsed(section('', settings, Object.keys(PARSERS), report), report) }
  if (problems.length > 0) throw badConfig(configFile, problems)
  return config
}

function parsed(source: Readonly<Record<string, unknown>>, report: Report): Partial<Config> {
  const present = Object.entries(PARSERS).filter(([key]) => Object.hasOwn(source, key))
  // fromEntries forgets which parser made which value; PARSERS has one of the right type per key.
  return Object.fromEntries(present.map(([key, parse]) => [key, parse(source[key], report)]))
}

function workflow(value: unknown, report: Report): WorkflowTable {
  if (typeof value === 'string') {
    const table = Object.hasOwn(BUILT_IN, value) ? BUILT_IN[value] : undefined
    if (table !== undefined) return table
    report(
      'workflow',
      `${JSON.stringify(value)} is no built-in workflow: "default", "reviewed", or a table of your own`,
    )
    return DEFAULT_WORKFLOW
  }
  const check = checkWorkflow(value)
  if (check.ok) return check.table
  for (const { path, message } of check.problems)
    report(path === '' ? 'workflow' : `workflow.${path}`, message)
  return DEFAULT_WORKFLOW
}

function oneOf<Choice extends string>(
  path: string,
  value: unknown,
  choices: readonly [Choice, ...Choice[]],
  report: Report,
): Choice {
  const choice = choices.find((candidate) => candidate === value)
  if (choice === undefined && value !== undefined) report(path, `must be one of ${choices.join(', ')}`)
  return choice ?? choices[0]
}

function section(
  path: string,
  value: unknown,
  known: readonly string[],
  report: Report,
): Record<string, unknown> {
  if (!isObject(value)) {
    report(path, 'must be an object')
    return {}
  }
  const unknown = Object.keys(value).filter((key) => !known.includes(key))
  for (const key of unknown)
    report(path === '' ? key : `${path}.${key}`, `is no setting; there are ${known.join(', ')}`)
  return { ...value }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** What a file of settings holds, key by key, before any key is looked at. */
export type Settings = Readonly<Record<string, unknown>>

/**
 * @returns no bytes when there is no such file
 * @throws KittyError BadConfig when it cannot be read or is no JSON object, UnsafeSetup for a link
 */
export function readSettings(
  root: string,
  file: string,
): { readonly bytes: Buffer | undefined; readonly settings: Settings } {
  const read = readInside(root, file, LIMITS.config)
  if (!read.ok) {
    if (read.missing) return { bytes: undefined, settings: {} }
    if (read.obstacle !== undefined) throw unsafe(read.obstacle.path, read.obstacle.type)
    throw badConfig(file, [{ path: '', message: read.reason.replace(`${file} `, '') }], false)
  }
  const { bytes } = read
  const settings = jsonIn(bytes, file)
  if (!isObject(settings)) throw badConfig(file, [{ path: '', message: 'must be an object' }])
  return { bytes, settings }
}

function jsonIn(bytes: Buffer, file: string): unknown {
  try {
    return JSON.parse(bytes.toString('utf8').replace(/^\uFEFF/, ''))
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    throw badConfig(file, [{ path: '', message: `is not JSON: ${error.message}` }])
  }
}

/** @param isRead whether its content is what is wrong: setting it aside then helps */
function badConfig(
  file: string,
  problems: readonly { path: string; message: string }[],
  isRead = true,
): KittyError {
  const list = problems.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`)).join('; ')
  return new KittyError('BadConfig', `${file}: ${list}`, {
    nextSteps: [
      'Correct the file and run the command again; nothing was read or written.',
      ...(isRead
        ? shownCommand(systemCommands().setAside(file, `${file}.bad`), 'goes back to the defaults')
        : []),
    ],
    context: { file, problems },
  })
}

const UNITS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** A number with a unit (`90s`, `30m`, `4h`, `2d`), in milliseconds; undefined for anything else, and for zero. */
export function parseDuration(text: unknown): number | undefined {
  const [, digits, unit = ''] = typeof text === 'string' ? (/^(\d{1,6})([smhd])$/.exec(text) ?? []) : []
  const duration = Number(digits) * (UNITS[unit] ?? NaN)
  return duration > 0 ? duration : undefined
}
