/**
 * Simulates many seeds on all processors: `npm run test:simulation -- --seeds 100000`. A seed that fails is printed, and
 * `-- --seed N` runs it again alone, with `--trace` call by call. `--fault NAME` puts a fault into the program first.
 */
import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'
import { Worker } from 'node:worker_threads'
import { bundle } from './bundle.mjs'

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '2000' },
    from: { type: 'string', default: '1' },
    seed: { type: 'string' },
    fault: { type: 'string' },
    trace: { type: 'boolean', default: false },
  },
})

const path = await bundle('seeds.ts', `seeds-${process.pid}.mjs`)
if (values.seed === undefined) await runMany(Number(values.from), Number(values.seeds))
else await runOne(Number(values.seed))

async function runOne(seed) {
  const { simulate, putFault } = await import(path)
  const trace = values.trace ? [] : undefined
  const result = await simulate(seed, { fault: putFault(values.fault), trace })
  if (trace) process.stdout.write(`${trace.join('\n')}\n`)
  process.stdout.write(`${JSON.stringify(result, undefined, 2)}\n`)
  process.exitCode = result.broken === undefined ? 0 : 1
}

async function runMany(from, count) {
  const started = performance.now()
  const sums = { seeds: 0, acknowledged: 0, crashes: 0, powerCuts: 0, verbs: 0 }
  const broken = []
  const width = availableParallelism()
  const add = (result) => {
    sums.seeds += 1
    for (const name of ['acknowledged', 'crashes', 'powerCuts', 'verbs']) sums[name] += result[name]
    if (result.broken === undefined) return
    broken.push(result.seed)
    const fault = values.fault === undefined ? '' : ` --fault '${values.fault}'`
    process.stdout.write(
      `seed ${result.seed}: ${result.broken.split('\n')[0]}\n  again: npm run test:simulation -- --seed ${result.seed}${fault}\n`,
    )
  }
  await Promise.all(
    Array.from({ length: width }, (_, at) => {
      const worker = new Worker(new URL('worker.mjs', import.meta.url), {
        workerData: { path, from: from + at, to: from + count, step: width, fault: values.fault },
      })
      worker.on('message', add)
      return new Promise((resolve, reject) => worker.on('error', reject).on('exit', resolve))
    }),
  )
  const seconds = ((performance.now() - started) / 1000).toFixed(1)
  process.stdout.write(
    `${sums.seeds} seeds from ${from}: ${broken.length} failed. ${sums.acknowledged} events acknowledged, ` +
      `${sums.crashes} processes killed, ${sums.powerCuts} power cuts, ${sums.verbs} git verbs; ${seconds} s\n`,
  )
  process.exitCode = broken.length === 0 && sums.seeds === count ? 0 : 1
}
