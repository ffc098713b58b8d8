import { inject, injectable } from 'inversify'
import type { EventDocument } from '../../projections/board-document.js'
import { Implement } from '../workspaces/implement.js'
import { Claim, type ClaimRequest, type ClaimResult } from './claim.js'

export interface ClaimWithWorkspaceRequest extends ClaimRequest {
  /** Also make a worktree for the package. */
  readonly worktree?: boolean
}

export interface ClaimWithWorkspaceResult extends ClaimResult {
  /** Absolute; null without a worktree. */
  readonly workspace_path: string | null
  readonly branch: string | null
}

/** A claim that can bring a worktree along, in the claim's own append where the package is free. */
@injectable()
export class ClaimWithWorkspace {
  constructor(
    @inject(Claim) private readonly claims: Claim,
    @inject(Implement) private readonly implement: Implement,
  ) {}

  /** @throws KittyError as `Claim` and `Implement` */
  async claim({
    worktree = false,
    ...request
  }: ClaimWithWorkspaceRequest): Promise<ClaimWithWorkspaceResult> {
    if (!worktree) return { ...(await this.claims.claim(request)), workspace_path: null, branch: null }
    const { feature, workPackage, provenance, resume = false, takeOver = false } = request
    const isTaken = resume || takeOver
    const taken = isTaken ? await this.claims.claim(request) : undefined
    // An idempotency key belongs to one append, and that is the first.
    const keyless = { ...provenance, causationId: null }
    const made = await this.implement.implement({
      feature,
      workPackage,
      provenance: isTaken ? keyless : provenance,
    })
    const { workspace_path, branch } = made
    const event = made.events.find((one) => one.event_type === 'WPStatusChanged')
    const claimed =
      taken ??
      (event === undefined
        ? await this.claims.claim({ ...request, provenance: keyless })
        : claimOf(request, event))
    return { ...claimed, workspace_path, branch }
  }
}

function claimOf({ feature, workPackage }: ClaimRequest, event: EventDocument): ClaimResult {
  const { old_status, new_status } = event.payload
  return {
    feature,
    work_package: workPackage,
    old_status: String(old_status),
    new_status: String(new_status),
    resumed: false,
    event,
  }
}
