/** Simulates every `step`-th seed and posts what each came to. */
import { parentPort, workerData } from 'node:worker_threads'

const { path, from, to, step, fault } = workerData
const { simulate, putFault } = await import(path)
for (let seed = from; seed < to; seed += step)
  parentPort.postMessage(await simulate(seed, { fault: putFault(fault) }))
