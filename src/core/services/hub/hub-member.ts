import { inject, injectable } from 'inversify'
import { HubDoor } from '../../hub/hub-door.js'

const CONNECT_MS = 5_000

export interface HubMemberResult {
  readonly role: string
  readonly may: string
}

/** Says what a database role may do in this repository's hub. */
@injectable()
export class HubMember {
  constructor(@inject(HubDoor) private readonly door: HubDoor) {}

  /** @throws KittyError HubDenied if the caller is no owner, or the role does not exist; HubUnreachable, HubMismatch */
  async set(role: string, may: string): Promise<HubMemberResult> {
    const hub = await this.door.open(CONNECT_MS)
    try {
      await hub.setMember(role, may)
      return { role, may }
    } finally {
      await hub.close()
    }
  }
}
