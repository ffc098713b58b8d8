import { defineEventType, schema } from 'kittify/plugin/define'

export interface GoalSet {
  readonly feature_slug: string
  /** The day by which everything is meant to be done: `YYYY-MM-DD`. */
  readonly day: string
}

/** Version 1 called the day `date`. */
export const goalSet = defineEventType<GoalSet>({
  type: 'x.burndown.GoalSet',
  version: 2,
  schema: schema.object<GoalSet>({
    feature_slug: schema.nonEmpty(200),
    day: schema.string({ min: 10, max: 10 }),
  }),
  upcasters: { 1: ({ date, ...rest }) => ({ ...rest, day: date }) },
})
