import { compareWorkPackages } from './work-package-id.js'
import { addTo } from '../log/group-by.js'

/** What must hold before a feature's work packages enter the log: one file per ID, existing dependencies, no cycles. */

interface Node {
  readonly work_package_id: string
  readonly dependencies: readonly string[]
}

interface StatedTask extends Node {
  readonly file: string
}

interface TaskProblem {
  readonly kind: 'duplicate' | 'unknown_dependency' | 'self_dependency' | 'cycle'
  readonly work_packages: readonly string[]
  readonly files: readonly string[]
  /** What is wrong, in which file, and what to do. */
  readonly message: string
}

/**
 * Returns every problem in a stable order, or an empty list if the tasks may enter the log.
 * @param known IDs that exist besides these files, such as those already in the log
 */
export function checkTasks(tasks: readonly StatedTask[], known: readonly string[] = []): TaskProblem[] {
  const ids = new Set([...tasks.map((task) => task.work_package_id), ...known])
  return [...duplicates(tasks), ...tasks.flatMap((task) => badDependencies(task, ids)), ...cycles(tasks)]
}

function duplicates(tasks: readonly StatedTask[]): TaskProblem[] {
  const filesById = new Map<string, string[]>()
  for (const { work_package_id: id, file } of tasks) addTo(filesById, id, file)
  return [...filesById].flatMap(([id, files]) => {
    if (files.length < 2) return []
    return [
      {
        kind: 'duplicate' as const,
        work_packages: [id],
        files,
        message: `${id} has ${files.length} files: ${files.join(', ')}. Keep one, give the others ids of their own`,
      },
    ]
  })
}

function badDependencies(task: StatedTask, ids: ReadonlySet<string>): TaskProblem[] {
  const { work_package_id: id, file } = task
  return task.dependencies.flatMap((dependency): TaskProblem[] => {
    const problem = { work_packages: [id, dependency], files: [file] }
    if (dependency === id) {
      return [
        {
          kind: 'self_dependency',
          ...problem,
          message: `${file}: ${id} depends on itself. Remove it from its dependencies`,
        },
      ]
    }
    if (ids.has(dependency)) return []
    return [
      {
        kind: 'unknown_dependency',
        ...problem,
        message: `${file}: ${id} depends on ${dependency}, which has no file. Add the file or remove the dependency`,
      },
    ]
  })
}

function cycles(tasks: readonly StatedTask[]): TaskProblem[] {
  const files = new Map(tasks.map((task) => [task.work_package_id, task.file]))
  return cyclesIn(tasks).map((cycle) => {
    const path = cycle.slice(0, -1)
    const own = path.map((id) => files.get(id) ?? id)
    return {
      kind: 'cycle',
      work_packages: path,
      files: own,
      message: `${cycle.join(' → ')} wait for one another. Remove one dependency in ${own.join(', ')}`,
    }
  })
}

/**
 * Returns cycles, each as a path from its smallest ID back to itself. Together they cover every work package that waits
 * for itself. A package that depends directly on itself is not counted.
 */
export function cyclesIn(tasks: readonly Node[]): string[][] {
  const graph = new Map(tasks.map((task) => [task.work_package_id, task]))
  const found: string[][] = []
  const settled = new Set<string>()
  for (const start of [...graph.keys()].sort(compareWorkPackages)) {
    if (settled.has(start)) continue
    const path = pathBackTo(start, graph, settled)
    settled.add(start)
    if (path !== undefined) found.push([...path, start])
  }
  return found
}

/**
 * The shortest path along dependencies from `start` back to it, starting with `start`. Iterative, since files determine
 * the depth.
 */
function pathBackTo(
  start: string,
  graph: ReadonlyMap<string, Node>,
  settled: ReadonlySet<string>,
): string[] | undefined {
  const cameFrom = new Map<string, string | undefined>([[start, undefined]])
  const queue = [start]
  for (let next = 0; next < queue.length; next++) {
    const id = queue[next]
    if (id === undefined) break
    for (const dependency of graph.get(id)?.dependencies ?? []) {
      if (dependency === start && id !== start) return wayTo(id, cameFrom)
      if (cameFrom.has(dependency) || settled.has(dependency) || !graph.has(dependency)) continue
      cameFrom.set(dependency, id)
      queue.push(dependency)
    }
  }
  return undefined
}

function wayTo(id: string, cameFrom: ReadonlyMap<string, string | undefined>): string[] {
  const path: string[] = []
  for (let at: string | undefined = id; at !== undefined; at = cameFrom.get(at)) path.unshift(at)
  return path
}
