import { GUARDS } from './guards.js'
import { isObject } from './schema.js'
import type { Move, WorkflowTable } from './workflow.js'

export interface WorkflowProblem {
  /** Where in the table, as `moves.doing[0].to`. */
  readonly path: string
  readonly message: string
}

export type WorkflowCheck =
  | { readonly ok: true; readonly table: WorkflowTable }
  | { readonly ok: false; readonly problems: readonly WorkflowProblem[] }

const LANE = /^[a-z][a-z0-9_]{0,31}$/
const KEYS: ReadonlySet<string> = new Set([
  'name',
  'lanes',
  'initial',
  'done',
  'working',
  'dropped',
  'terminal',
  'conditions',
  'enters',
  'offBoard',
  'entry',
  'aliases',
  'moves',
])
/** A plugin may come and go, so we look for its guard when a move needs it, and refuse the move if it is missing. */
const PLUGIN_GUARD = /^x\.[a-z0-9][a-z0-9-]{0,63}\.[a-z][a-z0-9_]{0,63}$/
const MOVE_KEYS: ReadonlySet<string> = new Set(['to', 'requires', 'always', 'forcedOnly'])

/**
 * Reads a workflow table from a configuration file. `name`, `lanes`, `done` and `moves` are required. `initial`
 * defaults to the first lane, `conditions` to `not_someone_elses`, `working` to every lane that is neither first nor
 * final nor named review or blocked, and other lists to none.
 * @param guardNames guards that the table may name, in addition to those of plugins (`x.<plugin>.<name>`)
 */
export function checkWorkflow(
  value: unknown,
  guardNames: readonly string[] = Object.keys(GUARDS),
): WorkflowCheck {
  if (!isObject(value))
    return { ok: false, problems: [{ path: '', message: 'a workflow must be an object' }] }
  const reader = new Reader(value, guardNames)
  const table = reader.table()
  return reader.problems.length === 0 ? { ok: true, table } : { ok: false, problems: reader.problems }
}

class Reader {
  readonly problems: WorkflowProblem[] = []

  constructor(
    private readonly source: Readonly<Record<string, unknown>>,
    private readonly guardNames: readonly string[],
  ) {}

  table(): WorkflowTable {
    for (const key of Object.keys(this.source)) if (!KEYS.has(key)) this.fault(key, 'is not a known key')
    const lanes = this.laneNames('lanes', true)
    const offBoard = this.laneNames('offBoard', false)
    const known = [...lanes, ...offBoard]
    const optional = {
      ...(this.source['enters'] === undefined ? {} : { enters: this.enters(lanes) }),
      ...(offBoard.length === 0 ? {} : { offBoard }),
      ...(this.source['entry'] === undefined ? {} : { entry: this.lanesOf('entry', lanes, true) }),
      ...(this.source['aliases'] === undefined ? {} : { aliases: this.aliases(lanes) }),
    }
    const table = {
      name: this.text('name', this.source['name']),
      lanes,
      initial: this.oneLane('initial', this.source['initial'] ?? lanes[0], lanes),
      done: this.lanesOf('done', lanes, true),
      working: this.lanesOf('working', lanes, false),
      dropped: this.lanesOf('dropped', lanes, false),
      terminal: this.lanesOf('terminal', lanes, false),
      conditions: this.guards('conditions', this.source['conditions'] ?? ['not_someone_elses']),
      moves: this.moves(lanes, known),
      ...optional,
    }
    this.bothDoneAndDropped(table)
    return this.source['working'] === undefined ? { ...table, working: workingByDefault(table) } : table
  }

  private bothDoneAndDropped({ done, dropped }: Pick<WorkflowTable, 'done' | 'dropped'>): void {
    dropped.forEach((lane, at) => {
      if (done.includes(lane))
        this.fault(`dropped[${at}]`, `${lane} is also in "done"; keep it in one of them`)
    })
  }

  private laneNames(key: string, needed: boolean): string[] {
    const names = this.texts(key, this.source[key], needed)
    names.forEach((name, at) => {
      if (!LANE.test(name))
        this.fault(`${key}[${at}]`, 'must be lower-case letters, digits and _, at most 32')
      if (names.indexOf(name) < at) this.fault(`${key}[${at}]`, `repeats ${name}`)
    })
    return names
  }

  private lanesOf(key: string, lanes: readonly string[], needed: boolean): string[] {
    const names = this.texts(key, this.source[key], needed)
    return names.map((name, at) => this.oneLane(`${key}[${at}]`, name, lanes))
  }

  private oneLane(path: string, value: unknown, lanes: readonly string[]): string {
    const lane = this.text(path, value)
    if (lane !== '' && !lanes.includes(lane))
      this.fault(path, `${JSON.stringify(lane)} is not a lane of this workflow`)
    return lane
  }

  private moves(lanes: readonly string[], known: readonly string[]): Record<string, Move[]> {
    return this.record('moves', this.source['moves'], known, (path, value) => {
      if (!Array.isArray(value)) return this.instead([], path, 'must be a list of moves')
      return value.map((move: unknown, at) => this.move(`${path}[${at}]`, move, lanes))
    })
  }

  private move(path: string, value: unknown, lanes: readonly string[]): Move {
    if (!isObject(value)) return this.instead({ to: '' }, path, 'must be an object with "to"')
    for (const key of Object.keys(value))
      if (!MOVE_KEYS.has(key)) this.fault(`${path}.${key}`, 'is not a known key')
    const { requires, always, forcedOnly } = value
    if (forcedOnly !== undefined && typeof forcedOnly !== 'boolean') {
      this.fault(`${path}.forcedOnly`, 'must be true or false')
    }
    return {
      to: this.oneLane(`${path}.to`, value['to'], lanes),
      ...(requires === undefined ? {} : { requires: this.guards(`${path}.requires`, requires) }),
      ...(always === undefined ? {} : { always: this.guards(`${path}.always`, always) }),
      ...(forcedOnly === true ? { forcedOnly } : {}),
    }
  }

  private enters(lanes: readonly string[]): Record<string, string[]> {
    return this.record('enters', this.source['enters'], lanes, (path, value) => this.guards(path, value))
  }

  private aliases(lanes: readonly string[]): Record<string, string> {
    return this.record('aliases', this.source['aliases'], undefined, (path, value) =>
      this.oneLane(path, value, lanes),
    )
  }

  private guards(path: string, value: unknown): string[] {
    const names = this.texts(path, value, false)
    names.forEach((name, at) => {
      if (this.guardNames.includes(name) || PLUGIN_GUARD.test(name)) return
      this.fault(
        `${path}[${at}]`,
        `${JSON.stringify(name)} is not a guard; known guards: ${this.guardNames.join(', ')}`,
      )
    })
    return names
  }

  private record<Value>(
    path: string,
    value: unknown,
    lanes: readonly string[] | undefined,
    read: (path: string, value: unknown) => Value,
  ): Record<string, Value> {
    if (!isObject(value)) return this.instead({}, path, 'must be an object')
    const entries = Object.entries(value).map(([key, entry]): [string, Value] => {
      if (lanes !== undefined && !lanes.includes(key))
        this.fault(`${path}.${key}`, 'is not a lane of this workflow')
      return [key, read(`${path}.${key}`, entry)]
    })
    return Object.fromEntries(entries)
  }

  private texts(path: string, value: unknown, needed: boolean): string[] {
    if (value === undefined && !needed) return []
    if (!Array.isArray(value)) return this.instead([], path, 'must be a list')
    if (needed && value.length === 0) this.fault(path, 'must not be empty')
    return value.map((entry: unknown, at) => this.text(`${path}[${at}]`, entry))
  }

  private text(path: string, value: unknown): string {
    if (typeof value === 'string' && value !== '') return value
    return this.instead('', path, 'must be a non-empty string')
  }

  /** Records the fault and continues with a value instead of the faulty one. */
  private instead<Value>(value: Value, path: string, message: string): Value {
    this.fault(path, message)
    return value
  }

  private fault(path: string, message: string): void {
    this.problems.push({ path, message })
  }
}

/** Lanes in which someone works, for a table that does not say. */
function workingByDefault({ lanes, initial, done, dropped, terminal, moves }: WorkflowTable): string[] {
  const hasNoWayOut = (lane: string) => !Object.hasOwn(moves, lane) || moves[lane]?.length === 0
  return lanes.filter((lane) => {
    const isFinal = [done, dropped, terminal].some((ends) => ends.includes(lane)) || hasNoWayOut(lane)
    const isQueue = lane.split('_').some((word) => word === 'review' || word === 'blocked')
    return lane !== initial && !isFinal && !isQueue
  })
}
