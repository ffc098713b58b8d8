import { moveLine } from '../../cli/render/written.js'
import { MoveTask } from '../../services/moves/move-task.js'
import { KEY, PLACE, TEXT, described, type Tool } from '../tool.js'

export const move: Tool = {
  description: 'Move a package: claim it, hand it in, judge it. expect: only from this lane.',
  properties: {
    ...PLACE,
    to: described('lane'),
    expect: TEXT,
    reason: TEXT,
    review_ref: TEXT,
    evidence: TEXT,
    ...KEY,
  },
  required: ['wp', 'to'],
  async answer({ services, input, provenance, place }) {
    // An owner overrules the rules on the command line, with a reason. No tool does.
    const moved = await (
      await services.resolve(MoveTask)
    ).move({
      ...(await place()),
      to: input.text('to'),
      expect: input.optional('expect'),
      reason: input.optional('reason'),
      reviewRef: input.optional('review_ref'),
      evidence: input.optional('evidence'),
      force: false,
      provenance,
    })
    return { document: moved, text: moveLine(moved) }
  },
}
