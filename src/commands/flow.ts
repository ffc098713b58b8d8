import { Flags } from '@oclif/core'
import { Snapshot } from '../aspects/snapshot.js'
import { WithErrorStorage } from '../aspects/with-error-storage.js'
import { WithEventStore } from '../aspects/with-event-store.js'
import { featureFlag } from '../core/cli/flags.js'
import { KittyCommand } from '../core/cli/kitty-command.js'
import { renderFlow } from '../core/cli/render/flow.js'
import type { ErrorStorage } from '../core/errors/error-storage.js'
import { flowSvg } from '../core/pictures/flow-charts.js'
import { flowCsv } from '../core/pictures/flow-csv.js'
import { Flow } from '../core/services/board/flow.js'
import { Scope } from '../core/services/scope.js'
import type { EventStore } from '../core/store/event-store.js'
import { Workflow } from '../core/workspace/config.js'

export default class FlowCommand extends KittyCommand<typeof FlowCommand> {
  static override summary = 'Show how work flows'
  static override description =
    'Cumulative flow, burn-up with a forecast, cycle and lead time with percentiles, throughput per week, work in progress by actor, and time in lane: computed from the log. docs/flow.md defines each figure.'
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --feature 017 --json',
    '<%= config.bin %> <%= command.id %> --svg',
    '<%= config.bin %> <%= command.id %> --csv --feature 017',
  ]
  static override flags = {
    feature: featureFlag,
    svg: Flags.boolean({ summary: 'Print the figures as a picture.', exclusive: ['csv', 'json'] }),
    csv: Flags.boolean({ summary: 'Print every value on a line of its own.', exclusive: ['svg', 'json'] }),
  }

  declare readonly eventStore: EventStore
  declare readonly errorStorage: ErrorStorage

  @WithErrorStorage
  @WithEventStore
  @Snapshot
  async run(): Promise<unknown> {
    const scope = await this.service(Scope)
    const flow = await (await this.service(Flow)).figures(await scope.chosenFeature(this.flags.feature))
    const table = await this.service(Workflow)
    await this.warnOfProblems(await this.eventStore.problems())
    if (this.flags.svg) this.show(() => flowSvg(flow, table).trimEnd())
    else if (this.flags.csv) this.show(() => flowCsv(flow).trimEnd())
    else this.show((style) => renderFlow(flow, style))
    return this.document(flow)
  }
}
