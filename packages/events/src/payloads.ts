export interface GateReport {
  readonly gate_type: string
  readonly status: string
  readonly details?: string | null
}

export interface DependencyStatus {
  readonly all_complete: boolean
  readonly incomplete_dependencies: readonly string[]
}

/** A removed tag with the additions that its writer had seen; additions that it had not seen stay. */
export interface TagRemoval {
  readonly tag: string
  readonly seen: readonly string[]
}

/** A removed element of a set, in the same way. */
export interface ElementRemoval {
  readonly id: string
  readonly seen: readonly string[]
}

export interface ElementsChange {
  readonly added: readonly string[]
  readonly removed: readonly ElementRemoval[]
}

export interface ValueChange<Value> {
  readonly old: Value | null
  readonly new: Value
}

/** The last commit of the file that a definition was read from; nulls where the file differs from HEAD. */
export interface DefinitionSource {
  readonly commit: string | null
  readonly author: string | null
}

/** What proves that the work was done. Other keys are kept. */
export interface Evidence {
  readonly review?: unknown
  readonly repos?:
    | readonly {
        readonly repo: string
        readonly branch?: string | null
        readonly commit?: string | null
        readonly files?: readonly string[] | null
      }[]
    | null
  readonly verification?:
    readonly { readonly command: string; readonly result: string; readonly summary?: string | null }[] | null
}

/** The review that a move answers to. Other keys are kept. */
export interface Review {
  readonly reviewer?: string | null
  readonly verdict?: string | null
  readonly reference?: string | null
}

/** Who an actor is; `actor` stays the label. Other keys are kept. */
export interface ActorInfo {
  readonly role?: string | null
  readonly profile?: string | null
  readonly tool?: string | null
  readonly model?: string | null
  readonly provider?: string | null
}

/** Events that belong to another package from now on, which has them under its own id. */
export interface Renumbered {
  readonly work_package_id: string
  readonly events: readonly string[]
}

/** The payload of each event type in its current version. Every payload also holds the slug of its feature. */
export interface PayloadOf {
  SpecCreated: { feature_slug: string; title: string; mission: string; created_by: string }
  FeatureArchived: { feature_slug: string; reason?: string | null }
  FeatureRestored: { feature_slug: string; reason?: string | null }
  WPCreated: {
    feature_slug: string
    work_package_id: string
    title: string
    dependencies: readonly string[]
    subtasks: readonly string[]
    /** 0 … 4, 0 the most urgent; `DEFAULT_PRIORITY` when absent. */
    priority?: number | null
    /** Name of the package's file. Tells two packages of one id apart; never used as a path. */
    file?: string | null
    /** Of a package that keeps its id: what another one, which had the same id, took along to its new one. */
    renumbered?: Renumbered | null
  }
  WPChanged: {
    feature_slug: string
    work_package_id: string
    title?: ValueChange<string> | null
    priority?: ValueChange<number> | null
    dependencies?: ElementsChange | null
    subtasks?: ElementsChange | null
    source: DefinitionSource
  }
  WPStatusChanged: {
    feature_slug: string
    old_status: string
    new_status: string
    reason?: string | null
    force?: boolean | null
    gate_results?: readonly GateReport[] | null
    dependency_status?: DependencyStatus | null
    /** The actor that holds the package from now on, where that is not the one who writes: a decision or an undo. */
    holder?: string | null
    /** With the actor, the holder of a package in a working lane. */
    session?: string | null
    /** The move that this one takes back. */
    undo?: string | null
    evidence?: Evidence | null
    review?: Review | null
    actor_info?: ActorInfo | null
  }
  WorkspaceCreated: {
    feature_slug: string
    work_package_id: string
    worktree_path: string
    branch_name: string
    base_branch?: string | null
  }
  SubtaskCompleted: { feature_slug: string; work_package_id: string; subtask_id: string; done: boolean }
  GateCreated: { feature_slug: string; work_package_id: string; gate_id: string; gate_type: string }
  GateResultChanged: {
    feature_slug: string
    gate_id: string
    old_status: string
    new_status: string
    result_data?: Readonly<Record<string, unknown>> | null
  }
  TagsChanged: { feature_slug: string; added: readonly string[]; removed: readonly TagRemoval[] }
  /** Integers to add, since sums of fractions depend on their order; negative ones take back the event in `undo`. */
  UsageRecorded: {
    feature_slug: string
    tokens?: number | null
    cost_usd_micros?: number | null
    seconds?: number | null
    undo?: string | null
  }
  NoteAdded: { feature_slug: string; text: string }
  /** Takes back the `NoteAdded` of that id. */
  NoteRetracted: { feature_slug: string; note: string }
  /** Who is to do the work; null takes an assignment back. No claim and no lease. */
  Assigned: {
    feature_slug: string
    work_package_id: string
    assignee: string | null
    actor_info?: ActorInfo | null
  }
  LinkAdded: {
    feature_slug: string
    work_package_id?: string | null
    /** `tracker`, `review`, `commit` or `other`. */
    kind: string
    ref: string
    title?: string | null
  }
  /** Joins up to a thousand heads of its entity, so that no event needs to name more parents. Writes no register. */
  HeadsJoined: { feature_slug: string }
}
