import { Flags } from '@oclif/core'

/** Flags of every list. */
export const listFlags = {
  limit: Flags.integer({ summary: 'At most so many.', min: 1, helpValue: 'N' }),
  fields: Flags.string({ summary: 'Only these fields, named as in JSON.', helpValue: 'A,B' }),
  brief: Flags.boolean({ summary: 'Leave out what holds nothing.' }),
  budget: Flags.integer({ summary: 'At most so many tokens of output.', min: 1, helpValue: 'TOKENS' }),
}
