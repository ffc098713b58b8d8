import { inject, injectable } from 'inversify'
import { hubLogin } from '../../hub/hub-address.js'
import { HubDatabase } from '../../hub/hub-database.js'
import { HubDoor } from '../../hub/hub-door.js'
import { HubFiles } from '../../hub/hub-files.js'
import { Session } from '../../workspace/session.js'

/** Brings the hub's tables and functions to this version. Only the database's owner can. */
@injectable()
export class UpgradeHub {
  constructor(
    @inject(HubDoor) private readonly door: HubDoor,
    @inject(Session) private readonly session: Session,
    @inject(HubFiles) private readonly files: HubFiles,
  ) {}

  /** @returns the migrations that ran @throws KittyError HubUnreachable, HubDenied, HubMismatch */
  async upgrade(): Promise<{ readonly migrations: readonly string[] }> {
    const address = this.door.address()
    const { env } = this.session
    const base = await HubDatabase.open(address, this.files.state()?.timeline ?? 0, {
      login: hubLogin(env, address.hosts),
      env,
    })
    try {
      return { migrations: await base.migrate() }
    } finally {
      await base.close()
    }
  }
}
