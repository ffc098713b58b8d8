/** What the bundle offers: seeds, simulated. */
export { simulate, type Simulated, type SimulationOptions } from './support/simulate.js'
export { putFault, PUT_FAULTS, type PutFaultName } from './support/put-faults.js'
Object.assign(globalThis, { simulatedNow: () => 0 })
