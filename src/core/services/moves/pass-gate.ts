/** The words that record a gate as passed, from anywhere in the repository. */
export function passGate(feature: string, gate: string): string[] {
  return ['kitty', 'agent', 'gates', 'set', gate, '--status', 'passed', '--feature', feature]
}
