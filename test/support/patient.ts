/** How long a test waits for what takes its own time. Only a failing test takes it whole, whatever the machine does. */
export const PATIENT = { timeout: 30_000 }
