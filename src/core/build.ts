/** What the program reads from its own package.json. */
export interface OwnPackage {
  /** The name it is published under. Messages and links use it, so that they cannot name another package. */
  readonly name: string
  readonly version: string
  /** The pinned version of the events library: git object IDs of 40 hex digits. docs/events-lib.md. */
  readonly eventsLib: { readonly commit: string; readonly tree: string }
  readonly dependencies: Readonly<Record<string, string>>
}

/** Which events library was installed when the program was built. scripts/events-lib/stamp.mjs writes it. */
export interface EventsLibStamp {
  readonly version: string
  readonly commit: string
  readonly tree: string
  /** Whether it differed from the pin then. */
  readonly modified: boolean
}

/** What the bundle carries. Files next to it may be of another version, and it does not run them. */
interface Build {
  readonly package: OwnPackage
  readonly eventsLib: EventsLibStamp
}

/** A `Build` as JSON. Only the bundle has it: scripts/bundle.mjs defines it. */
declare const KITTY_BUILD: string | undefined

/** Undefined when Node runs the modules of dist, which use the files and packages they find. */
export const BUILD =
  // Cast: scripts/bundle.mjs writes this shape.
  typeof KITTY_BUILD === 'undefined' ? undefined : (JSON.parse(KITTY_BUILD) as Build)
