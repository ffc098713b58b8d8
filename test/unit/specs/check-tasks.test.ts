import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { checkTasks } from '../../../src/core/specs/check-tasks.js'

function task(id: string, ...dependencies: string[]) {
  return { work_package_id: id, dependencies, file: `${id}.md` }
}

describe('checking tasks', () => {
  it('finds nothing wrong with a graph that has an order', () => {
    expect(checkTasks([task('WP01'), task('WP02', 'WP01'), task('WP03', 'WP01', 'WP02')])).toEqual([])
  })

  it('names both files of one id', () => {
    const [problem] = checkTasks([task('WP01'), { ...task('WP01'), file: 'other.md' }])
    expect(problem).toMatchObject({
      kind: 'duplicate',
      work_packages: ['WP01'],
      files: ['WP01.md', 'other.md'],
    })
  })

  it('names a dependency that has no file, unless it is known from elsewhere', () => {
    expect(checkTasks([task('WP01', 'WP09')])).toMatchObject([
      { kind: 'unknown_dependency', work_packages: ['WP01', 'WP09'] },
    ])
    expect(checkTasks([task('WP01', 'WP09')], ['WP09'])).toEqual([])
  })

  it('names a work package that waits for itself', () => {
    expect(checkTasks([task('WP01', 'WP01')])).toMatchObject([
      { kind: 'self_dependency', files: ['WP01.md'] },
    ])
  })

  it('names the way round a circle, once, from its smallest id', () => {
    const problems = checkTasks([
      task('WP03', 'WP01'),
      task('WP02', 'WP03'),
      task('WP01', 'WP02'),
      task('WP04', 'WP02'),
    ])
    expect(problems).toHaveLength(1)
    expect(problems[0]?.message).toContain('WP01 → WP02 → WP03 → WP01')
    expect(problems[0]?.files).toEqual(['WP01.md', 'WP02.md', 'WP03.md'])
  })

  it('names every circle of a feature that has two', () => {
    const problems = checkTasks([
      task('WP01', 'WP02'),
      task('WP02', 'WP01'),
      task('WP03', 'WP04'),
      task('WP04', 'WP03', 'WP01'),
    ])
    expect(problems.map((problem) => problem.work_packages)).toEqual([
      ['WP01', 'WP02'],
      ['WP03', 'WP04'],
    ])
  })

  it('names two circles that share a work package', () => {
    const problems = checkTasks([task('WP01', 'WP02'), task('WP02', 'WP01', 'WP03'), task('WP03', 'WP02')])
    expect(problems.map((problem) => problem.work_packages)).toEqual([
      ['WP01', 'WP02'],
      ['WP02', 'WP03'],
    ])
  })

  it('follows a chain of ten thousand without running out of stack', () => {
    const chain = Array.from({ length: 10_000 }, (_, at) =>
      task(`WP${at}`, ...(at > 0 ? [`WP${at - 1}`] : [])),
    )
    expect(checkTasks(chain)).toEqual([])
  })

  it('reports a circle exactly when no order exists', () => {
    const graph = fc
      .integer({ min: 1, max: 7 })
      .chain((size) =>
        fc.array(fc.uniqueArray(fc.nat(size - 1), { maxLength: 3 }), { minLength: size, maxLength: size }),
      )
    fc.assert(
      fc.property(graph, (edges) => {
        const tasks = edges.map((to, from) =>
          task(`WP0${from}`, ...to.filter((id) => id !== from).map((id) => `WP0${id}`)),
        )
        let left = tasks
        for (let before = -1; before !== left.length;) {
          before = left.length
          left = left.filter((one) =>
            one.dependencies.some((id) => left.some((other) => other.work_package_id === id)),
          )
        }
        expect(checkTasks(tasks).length > 0).toBe(left.length > 0)
      }),
    )
  })
})
