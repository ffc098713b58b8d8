import ListConflictsCommand from './agent/conflicts/list.js'

/** `agent conflicts list` by a short word. */
export default class ConflictsCommand extends ListConflictsCommand {}
