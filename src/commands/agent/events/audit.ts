import { Args } from '@oclif/core'
import { WithErrorStorage } from '../../../aspects/with-error-storage.js'
import { KittyCommand } from '../../../core/cli/kitty-command.js'
import { renderAudit } from '../../../core/cli/render/audit.js'
import { Audit } from '../../../core/services/audit/audit.js'

export default class AuditCommand extends KittyCommand<typeof AuditCommand> {
  static override summary = 'Compare events with the commits that brought them'
  static override description =
    "Names events whose actor is another author than their commit's, that are dated after their commit or before what they follow, that decide others' conflicts, whose clock leaps, whose line a commit changed or removed, and redacted ones. An actor is a label; git's history and signatures are the proof. Changes nothing."
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> main..017-login-WP01',
    '<%= config.bin %> <%= command.id %> v1.0..HEAD --json',
  ]
  static override args = {
    range: Args.string({
      name: 'RANGE',
      description: 'REV..REV, or one revision for everything up to it.',
      default: 'HEAD',
    }),
  }

  @WithErrorStorage
  async run(): Promise<unknown> {
    const service = await this.service(Audit)
    const result = await service.audit(this.args.range)
    this.show((style) => renderAudit(result, style))
    return this.document({ ...result })
  }
}
