import type { Percentiles } from './percentile.js'

/** What `kitty flow --json` returns. Days are UTC, weeks begin on Monday, durations are whole seconds. */
export interface FlowDocument {
  /** The feature that the figures cover, or null for all. */
  readonly feature: string | null
  readonly as_of: string
  readonly lanes: readonly string[]
  /** `2026-11-22`, from the first event's day to today, at most the last five years. */
  readonly days: readonly string[]
  /** Packages in each lane at the end of each day. */
  readonly cumulative: Readonly<Record<string, readonly number[]>>
  readonly burn_up: BurnUp
  /** From the first arrival in a working lane to the last arrival in a done lane. */
  readonly cycle_time: Durations
  /** From a package's appearance to its last arrival in a done lane. */
  readonly lead_time: Durations
  readonly throughput: readonly WeekThroughput[]
  readonly work_in_progress: readonly ActorLoad[]
  readonly time_in_lane: readonly LaneTime[]
}

export interface BurnUp {
  /** Packages in scope, without dropped ones, at the end of each day. */
  readonly scope: readonly number[]
  readonly done: readonly number[]
  readonly forecast: Forecast | null
}

/** When the rest is done if the coming weeks go like the sampled ones. */
export interface Forecast {
  readonly remaining: number
  /** Whole weeks that the forecast samples. */
  readonly weeks_sampled: number
  /** Done by this day in half of the cases. */
  readonly likely: string
  /** Done by this day in 85 of 100 cases. */
  readonly cautious: string
}

export interface Durations extends Percentiles {
  readonly items: readonly {
    readonly feature: string
    readonly work_package: string
    readonly started_at: string
    readonly finished_at: string
    readonly seconds: number
  }[]
}

export interface WeekThroughput {
  /** Monday of the week. */
  readonly week: string
  readonly done: number
}

export interface ActorLoad {
  readonly actor: string
  readonly packages: readonly {
    readonly feature: string
    readonly work_package: string
    readonly since: string
  }[]
}

export interface LaneTime extends Percentiles {
  readonly lane: string
  /** Packages in the lane now; their time so far counts. */
  readonly open: number
  /** Sum over all visits. */
  readonly seconds: number
}
