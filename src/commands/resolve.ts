import ResolveConflictCommand from './agent/conflicts/resolve.js'

/** `agent conflicts resolve` by a short word. */
export default class ResolveCommand extends ResolveConflictCommand {}
